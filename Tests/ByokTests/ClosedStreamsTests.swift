import Foundation
import TestSupport
import Testing

/// Started by something that closes standard streams instead of giving `/dev/null`.
struct ClosedStreamsTests {
    @Test(arguments: ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
    func `the number of a stream that came closed is given to nothing else`(_ closing: String) throws {
        let fixture = try OperatorFixture()
        // `exec`: the shell would hold what it lends.
        let command = "exec \(OperatorFixture.byok) status --json \(closing)"
        let end = try Subprocess.run(
            "/bin/sh", ["-c", command], environment: fixture.database.environment(role: "byok_operator"))
        #expect([0, 74].contains(end.status), "\(end.stderr)")
        let isOutputOpen = !closing.replacing("2>&-", with: "").contains(">&-")
        let told = try? JSONSerialization.jsonObject(with: Data(end.stdout.utf8))
        #expect((told != nil) == isOutputOpen, "\(end.stdout)")
    }
}

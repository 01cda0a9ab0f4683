import Foundation
import TestSupport
import Testing

struct FlowTests {
    let database = try! PrivateCluster.shared.makeDatabase()

    @Test(arguments: ["in", "out", "stream"])
    func `a million rows flow in memory that does not grow with them`(_ way: String) throws {
        _ = try database.psql("CREATE TABLE flow (n int, t text)")
        let fixture = Repository.products.appending(path: "postgres-fixture").path
        let finished = try Subprocess.run(fixture, [way], environment: database.environment)
        #expect(finished.status == 0, "\(finished.stderr)")
        let grown = try #require(Int(finished.stdout.trimmingCharacters(in: .newlines)))
        #expect(grown < 16 * 1024)
        #expect(try way != "in" || database.psql("SELECT count(*) FROM flow") == "1001000")
    }
}

import Foundation
import TestSupport
import Testing

@Suite struct KeysAddTests {
    private static let add = [
        "keys", "add", "--user-id", "6f9f0000-0000-4000-8000-000000000002", "--provider", "groq", "--label",
    ]

    @Test func `only what the provider says works is stored`() throws {
        let fixture = try OperatorFixture()
        let good = MadeUp.groq(21), bad = MadeUp.groq(31)
        let folder = FileManager.default.temporaryDirectory
        let script = folder.appending(path: "script-\(UUID().uuidString)"),
            names = folder.appending(path: "env-\(UUID().uuidString)")
        try Data(#"{"live":["\#(good)"],"answers":{}}"#.utf8).write(to: script)
        let simulator = try Subprocess(
            Repository.products.appending(path: "provider-simulator").path,
            ["serve", "--script", script.path, "--environment-file", names.path])
        defer { simulator.send(SIGKILL) }
        for _ in 0..<100 where !FileManager.default.fileExists(atPath: names.path) { usleep(50_000) }
        var variables = fixture.keyring
        for line in try String(contentsOf: names, encoding: .utf8).split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1)
            variables[String(parts[0])] = String(parts[1])
        }
        let added = try fixture.run(Self.add + ["a"], with: variables, input: good + "\n")
        #expect(added.status == 0)
        #expect(try fixture.run(Self.add + ["a"], with: variables, input: good).status == 65)
        let refused = try fixture.run(Self.add + ["b"], with: variables, input: bad)
        #expect(refused.status == 65)
        #expect(!(refused.stdout + refused.stderr).contains(bad.dropFirst(4).prefix(8)))
        #expect(try fixture.run(Self.add + ["c"], with: variables, input: MadeUp.anthropicAdmin(3)).status == 65)
        #expect(try fixture.run(Self.add + ["d"], with: variables).status == 64)
        #expect(try fixture.database.psql("select status, last_verdict from byok.api_keys") == "active|valid")

        let id = added.stdout.trimmingCharacters(in: .newlines)
        #expect(try fixture.run(["keys", "show", id]).stdout.contains("gsk_"))
        #expect(try !fixture.run(["keys", "list", "--json"]).stdout.contains(good.dropFirst(4).prefix(8)))
        #expect(try fixture.run(["keys", "delete", id, "--confirm", "a test"]).status == 0)
        #expect(try fixture.run(["keys", "delete", id, "--confirm", "a test"]).status == 1)
        _ = try fixture.database.psql("update byok.installation set test = false")
        #expect(try fixture.run(Self.add + ["e"], with: variables, input: good).status == 78)
    }
}

import Foundation
import TestSupport
import Testing

@Suite struct KeysAddTests {
    private static let add = [
        "keys", "add", "--user-id", "6f9f0000-0000-4000-8000-000000000002", "--provider", "groq", "--label",
    ]

    /// Eight characters in a row of a key, behind what may be shown, is nowhere in what a command said.
    private static func expectSilence(about key: String, in finished: Finished) {
        let said = finished.stdout + finished.stderr
        let body = key.dropFirst(4)
        guard body.count >= 8 else { return }
        for start in stride(from: 0, to: max(1, body.count - 7), by: 4) {
            #expect(!said.contains(body.dropFirst(start).prefix(8)))
        }
    }

    private static func stored(_ fixture: OperatorFixture) throws -> String {
        try fixture.database.psql("select label, status, last_verdict from byok.api_keys order by label")
    }

    @Test func `only what the provider says works is stored`() throws {
        let fixture = try OperatorFixture()
        let good = MadeUp.groq(21), bad = MadeUp.groq(31)
        let providers = try SimulatedProviders(live: [good])
        let variables = fixture.keyring.merging(providers.environment) { $1 }
        let added = try fixture.run(Self.add + ["a"], with: variables, input: good + "\n")
        #expect(added.status == 0)
        #expect(try fixture.run(Self.add + ["a"], with: variables, input: good).status == 65)
        let refused = try fixture.run(Self.add + ["b"], with: variables, input: bad)
        #expect(refused.status == 65)
        Self.expectSilence(about: bad, in: refused)
        #expect(try Self.stored(fixture) == "a|active|valid")

        let id = added.stdout.trimmingCharacters(in: .newlines)
        #expect(try fixture.run(["keys", "show", id]).stdout.contains("gsk_"))
        Self.expectSilence(about: good, in: try fixture.run(["keys", "list", "--json"]))
        #expect(try fixture.run(["keys", "delete", id, "--confirm", "a test"]).status == 0)
        #expect(try fixture.run(["keys", "delete", id, "--confirm", "a test"]).status == 1)
        _ = try fixture.database.psql("update byok.installation set test = false")
        #expect(try fixture.run(Self.add + ["e"], with: variables, input: good).status == 78)
    }

    @Test func `a key without credit or with limits is stored with a warning`() throws {
        let fixture = try OperatorFixture()
        let broke = MadeUp.groq(41), limited = MadeUp.groq(51)
        let providers = try SimulatedProviders(answers: [broke: ["spend_limit"], limited: ["plan"]])
        let variables = fixture.keyring.merging(providers.environment) { $1 }
        for (label, key, warning) in [("broke", broke, "no credit"), ("limited", limited, "limits what it may do")] {
            let added = try fixture.run(Self.add + [label], with: variables, input: key)
            #expect(added.status == 0)
            #expect(added.stderr.contains(warning))
            Self.expectSilence(about: key, in: added)
        }
        #expect(try Self.stored(fixture) == "broke|active|exhausted\nlimited|active|restricted")
    }

    @Test func `an answer that says nothing about the key stores nothing`() throws {
        let fixture = try OperatorFixture()
        let odd = MadeUp.groq(61), ill = MadeUp.groq(71), cut = MadeUp.groq(81)
        let providers = try SimulatedProviders(
            answers: [odd: ["teapot"], ill: ["server_error"], cut: ["close"]])
        let variables = fixture.keyring.merging(providers.environment) { $1 }
        for (key, status) in [(odd, 65), (ill, 69), (cut, 69)] as [(String, Int32)] {
            let refused = try fixture.run(Self.add + ["x", "--json"], with: variables, input: key)
            #expect(refused.status == status)
            #expect(refused.stdout.contains(#""exit":\#(status)"#))
            Self.expectSilence(about: key, in: refused)
        }
        #expect(try Self.stored(fixture) == "")
        #expect(try fixture.database.psql("select sealed_count from byok.master_keys") == "0")
    }

    @Test func `what cannot be this provider's key is refused unasked`() throws {
        let fixture = try OperatorFixture()
        let providers = try SimulatedProviders()
        let variables = fixture.keyring.merging(providers.environment) { $1 }
        let good = MadeUp.groq(91)
        let foreign = "sk-" + "ant-" + "api03-" + MadeUp.letters(93, 5) + "AA"
        let wrong = [
            foreign, MadeUp.anthropicAdmin(3), "sk-" + "ant-" + "oat01-" + MadeUp.letters(80, 9),
            "ya" + "29." + MadeUp.letters(60, 4), good.prefix(20) + " " + good.dropFirst(20),
            good.prefix(20) + "\n" + good.dropFirst(20), good + "\u{0}", " " + good, "gsk_" + "1",
            MadeUp.letters(600, 2),
        ]
        for key in wrong {
            let refused = try fixture.run(Self.add + ["x"], with: variables, input: key)
            #expect(refused.status == 65)
            #expect(refused.stderr.contains("not stored"))
            Self.expectSilence(about: key, in: refused)
        }
        #expect(try providers.requestCount() == 0)
        #expect(try Self.stored(fixture) == "")
    }

    @Test func `a label that holds a piece of the key is refused unasked, one that holds its prefix is not`() throws {
        let fixture = try OperatorFixture()
        let good = MadeUp.groq(121)
        let providers = try SimulatedProviders(live: [good])
        let variables = fixture.keyring.merging(providers.environment) { $1 }
        for start in [4, 5, 30, good.count - 8] {
            let piece = String(good.dropFirst(start).prefix(8))
            let refused = try fixture.run(Self.add + ["x \(piece)"], with: variables, input: good)
            #expect(refused.status == 64)
            #expect(refused.stderr.contains("--label holds a piece of it"))
            Self.expectSilence(about: good, in: refused)
        }
        #expect(try providers.requestCount() == 0)
        let nearly = "gsk_ " + String(good.dropFirst(4).prefix(7)) + " " + String(good.dropFirst(9).prefix(8)).swapCase
        #expect(try fixture.run(Self.add + [nearly], with: variables, input: good).status == 0)
    }

    @Test func `without a key on standard input nothing is asked`() throws {
        let fixture = try OperatorFixture()
        let providers = try SimulatedProviders()
        let variables = fixture.keyring.merging(providers.environment) { $1 }
        for input in ["", "\n", "\r\n"] {
            let refused = try fixture.run(Self.add + ["x"], with: variables, input: input)
            #expect(refused.status == 64)
            #expect(refused.stderr.contains("pipe the key in"))
        }
        let environment = fixture.database.environment(role: "byok_operator").merging(variables) { $1 }
        let command = ([OperatorFixture.byok] + Self.add + ["x", "--no-input"]).joined(separator: " ")
        let closed = try Subprocess.run("/bin/sh", ["-c", command + " <&-"], environment: environment)
        #expect(closed.status == 64)
        // util-linux' script gives the command a terminal.
        let terminal = try Subprocess.run(
            "/usr/bin/script", ["-qec", command, "/dev/null"], environment: environment)
        #expect(terminal.status == 64)
        #expect(terminal.stdout.contains("--no-input, and no key is piped in"))
        #expect(try providers.requestCount() == 0)
    }

    @Test func `a key typed as an argument is not repeated`() throws {
        let fixture = try OperatorFixture()
        let key = MadeUp.groq(101)
        let lines: [[String]] = [
            [key], [key, key], ["--\(key)"], ["-\(key)"], ["--key", key], ["--key=\(key)"], ["--provider=\(key)"],
            ["--dry-run=\(key)"], [key, "--json"], ["it's \(key)"],
        ]
        for line in lines {
            let refused = try fixture.run(Self.add + ["x"] + line)
            #expect(refused.status == 64)
            Self.expectSilence(about: key, in: refused)
        }
        for words in [[key], ["keys", key], ["keys", "add", key], ["keys", "delete", "x", key]] {
            let refused = try fixture.run(words)
            #expect(refused.status == 64)
            Self.expectSilence(about: key, in: refused)
        }
        #expect(try fixture.run(["keys", "add", "--no-such-flag"]).stderr.contains("--user-id"))
        #expect(try fixture.run(Self.add + ["x", "--no-such-flag"]).stderr.contains("--no-such-flag"))
        #expect(try fixture.run(Self.add + ["x", key]).stderr.contains("(not shown)"))
    }
}

extension String {
    fileprivate var swapCase: String {
        map { $0.isUppercase ? $0.lowercased() : $0.uppercased() }.joined()
    }
}

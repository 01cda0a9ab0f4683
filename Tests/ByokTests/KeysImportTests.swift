import Foundation
import Planted
import TestSupport
import Testing

@Suite struct KeysImportTests {
    private static let user = "6f9f0000-0000-4000-8000-000000000001"

    private static func line(_ label: String, key: String, extra: String = "") -> String {
        #"{"user_id":"\#(user)","provider":"groq","label":"\#(label)","key":"\#(key)"\#(extra)}"#
    }

    @Test func `good lines are stored unchecked, bad ones are told by number and field only`() throws {
        let fixture = try OperatorFixture()
        let planted = MadeUp.anthropicAdmin(7)
        let lines = [
            "\u{FEFF}" + Self.line("one", key: MadeUp.groq(1)) + "\r", "", "not json", "[1]",
            Self.line("two", key: MadeUp.groq(2), extra: #","more":"1""#),
            Self.line("three", key: planted), Self.line("four", key: "short"),
            Self.line("five", key: MadeUp.groq(5) + "\\u0000"),
            Self.line("six", key: MadeUp.groq(6), extra: #","key":"x""#),
            Self.line("seven", key: MadeUp.groq(7), extra: #","id":"nonsense""#),
            #"{"user_id":"\#(Self.user)","provider":"acme","label":"","key":"\#(MadeUp.groq(8))"}"#,
            #"{"user_id":"\#(Self.user)","provider":"groq","key":"\#(MadeUp.groq(9))"}"#,
            #"{"user_id":5,"provider":"groq","label":"","key":"\#(MadeUp.groq(9))"}"#,
            Self.line(String(repeating: "x", count: 101), key: MadeUp.groq(10)),
            Self.line("long", key: String(repeating: "k", count: 10_000_000)),
            Self.line("last \\u00e9\\ud83d\\ude00", key: MadeUp.groq(11)),
        ]
        let input = lines.joined(separator: "\n")
        let first = try fixture.run(["keys", "import", "--json"], with: fixture.keyring, input: input)
        #expect(first.status == 65)
        #expect(first.stdout.contains(#""counts":{"added":2,"already":0,"bad":13}"#))
        #expect(first.stdout.contains(#"{"line":6,"field":"key","reason":"is an admin key, or a token of a log-in"}"#))
        #expect(!(first.stdout + first.stderr).contains(planted.dropFirst(4).prefix(12)))
        #expect(try fixture.database.psql("select distinct status from byok.api_keys") == "unchecked")
        let again = try fixture.run(["keys", "import", "--json"], with: fixture.keyring, input: input)
        #expect(again.stdout.contains(#""counts":{"added":0,"already":2,"bad":13}"#))
        let log = try String(contentsOfFile: fixture.database.cluster.serverLog, encoding: .utf8)
        #expect(!log.contains(MadeUp.groq(1).dropFirst(4).prefix(12)))
    }

    @Test func `a label with a piece of its key is a bad line, told without the piece`() throws {
        let fixture = try OperatorFixture()
        let key = MadeUp.groq(12)
        let piece = String(key.dropFirst(10).prefix(8))
        let lines = [Self.line("mine \(piece)", key: key), Self.line("gsk_ \(piece.prefix(7))", key: key)]
        let done = try fixture.run(
            ["keys", "import", "--json"], with: fixture.keyring, input: lines.joined(separator: "\n"))
        #expect(done.status == 65)
        #expect(done.stdout.contains(#""bad_lines":[{"line":1,"field":"label","reason":"holds a piece of the key"}]"#))
        #expect(try fixture.database.psql("select count(*) from byok.api_keys") == "1")
        #expect(!(done.stdout + done.stderr).contains(piece))
    }

    @Test func `without its master key nothing is read`() throws {
        let fixture = try OperatorFixture()
        #expect(try fixture.run(["keys", "import"], input: "x").status == 78)
        #expect(try fixture.run(["keys", "import", "/nonexistent"], with: fixture.keyring).status == 64)
    }

    @Test func `fingerprints are stored where a scan key is configured`() throws {
        let fixture = try OperatorFixture()
        let done = try fixture.run(
            ["keys", "import"], with: fixture.keyring.merging(Self.scanKey) { $1 },
            input: Self.line("one", key: MadeUp.groq(3)))
        #expect(done.status == 0)
        #expect(try fixture.database.psql("select count(*) from byok.key_fingerprints where key_revision = 1") == "1")
    }

    private static let scanKey = ["BYOK_SCAN_KEY": Data(repeating: 7, count: 32).base64EncodedString()]

    @Test func `import and revalidate fingerprint a key alike`() throws {
        let fixture = try OperatorFixture()
        let deepSeek = "sk-" + PlantedAlphabet.hexadecimalDigits(32, 3)
        let keys = [
            ("groq", MadeUp.groq(13)), ("deepseek", deepSeek), ("mistral", MadeUp.letters(32, 5)),
            ("openai", "sk-" + "proj-" + MadeUp.letters(74, 6) + "T3Blbk" + "FJ" + MadeUp.letters(74, 7)),
            ("anthropic", "sk-" + "ant-" + "api03-" + MadeUp.letters(93, 8) + "AA"),
            ("google", "AI" + "za" + MadeUp.letters(35, 9)), ("openai", "unfamiliar-" + MadeUp.letters(40, 10)),
        ]
        let lines = keys.enumerated().map { number, key in
            #"{"user_id":"\#(Self.user)","provider":"\#(key.0)","label":"\#(number)","key":"\#(key.1)"}"#
        }
        let variables = fixture.keyring.merging(Self.scanKey) { $1 }
        let imported = try fixture.run(["keys", "import"], with: variables, input: lines.joined(separator: "\n"))
        #expect(imported.status == 0)
        let query = "select key_id, key_revision, scan_key_id, windows from byok.key_fingerprints order by 1"
        let before = try fixture.database.psql(query)
        #expect(before.split(separator: "\n").count == keys.count)
        _ = try fixture.database.psql("delete from byok.key_fingerprints")
        let providers = try SimulatedProviders(live: keys.map(\.1))
        var environment = fixture.database.environment(role: "byok_revalidate")
        for more in [variables, providers.environment] { environment.merge(more) { $1 } }
        environment["BYOK_REPORT_DIR"] =
            FileManager.default.temporaryDirectory
            .appending(path: "byok-reports-\(UUID().uuidString)").path
        let run = try Subprocess.run(
            Repository.products.appending(path: "revalidate").path, ["--json"], environment: environment)
        #expect(run.status == 0)
        #expect(try fixture.database.psql(query) == before)
    }

    @Test func `a dry run counts what the import then adds, and writes nothing`() throws {
        let fixture = try OperatorFixture()
        let one = "6f9f0000-0000-4000-8000-00000000000a", two = "6f9f0000-0000-4000-8000-00000000000b"
        #expect(
            try fixture.run(
                ["keys", "import"], with: fixture.keyring,
                input: Self.line("there", key: MadeUp.groq(1), extra: #","id":"\#(one)""#)
            ).status == 0)
        var lines = [
            Self.line("new", key: MadeUp.groq(2)), Self.line("there", key: MadeUp.groq(3)),
            Self.line("new", key: MadeUp.groq(4)),
            Self.line("another", key: MadeUp.groq(5), extra: #","id":"\#(one)""#),
            Self.line("own id", key: MadeUp.groq(6), extra: #","id":"\#(two)""#), "nonsense",
        ]
        lines.append(lines[4])
        lines += (0..<1200).map { Self.line("many \($0)", key: MadeUp.groq(UInt64(1000 + $0))) }
        lines += [Self.line("second", key: MadeUp.groq(7), extra: #","id":"\#(two)""#), lines[0]]
        let input = lines.joined(separator: "\n")
        let state = "select count(*), (select sealed_count from byok.master_keys) from byok.api_keys"
        let before = try fixture.database.psql(state)
        let dry = try fixture.run(["keys", "import", "--dry-run", "--json"], with: fixture.keyring, input: input)
        #expect(dry.status == 65)
        #expect(dry.stdout.contains(#""counts":{"would_add":1202,"already":4,"bad":3}"#))
        #expect(try fixture.database.psql(state) == before)
        let told = try fixture.run(["keys", "import", "--dry-run"], with: fixture.keyring, input: input)
        #expect(told.stdout.contains("1202 keys would be added, 4 are already there, 3 bad lines"))
        let wet = try fixture.run(["keys", "import", "--json"], with: fixture.keyring, input: input)
        #expect(wet.stdout.contains(#""counts":{"added":1202,"already":4,"bad":3}"#))
        #expect(try fixture.database.psql("select count(*) from byok.api_keys") == "1203")
        #expect(try fixture.database.psql("select count(*) from byok.key_events where event = 'added'") == "1203")
    }

    @Test(arguments: [("f", "1"), ("1", "f")])
    func `of two lines for one place the first is stored`(first: String, second: String) throws {
        let fixture = try OperatorFixture()
        let lines = [first, second].enumerated().map { number, digit in
            Self.line(
                "same", key: MadeUp.groq(UInt64(number + 1)),
                extra: #","id":"6f9f0000-0000-4000-8000-00000000000\#(digit)""#)
        }
        let done = try fixture.run(
            ["keys", "import", "--json"], with: fixture.keyring, input: lines.joined(separator: "\n"))
        #expect(done.stdout.contains(#""counts":{"added":1,"already":1,"bad":0}"#))
        #expect(try fixture.database.psql("select right(id::text, 1) from byok.api_keys") == first)
    }

    @Test func `at most one batch of seals is booked too many`() throws {
        let fixture = try OperatorFixture()
        let lines = (0..<2100).map { Self.line("\($0)", key: MadeUp.groq(UInt64(1 + $0))) }
        let done = try fixture.run(
            ["keys", "import", "--json"], with: fixture.keyring, input: lines.joined(separator: "\n"))
        #expect(done.stdout.contains(#""added":2100"#))
        #expect(try fixture.database.psql("select sealed_count between 2100 and 3100 from byok.master_keys") == "t")
    }

    @Test func `connections that break do not end an import`() throws {
        let fixture = try OperatorFixture()
        let lines = (0..<20_000).map { Self.line("\($0)", key: MadeUp.groq(UInt64(1 + $0))) }
        let running = try Subprocess(
            OperatorFixture.byok, ["keys", "import", "--json"],
            environment: fixture.database.environment(role: "byok_operator").merging(fixture.keyring) { $1 },
            input: lines.joined(separator: "\n"))
        // One break for each of these many keys stored, and whatever is under way goes with it.
        for count in [1000, 4000, 8000] {
            var stored = 0
            for _ in 0..<2000 where stored < count {
                stored = Int(try fixture.database.psql("select count(*) from byok.api_keys")) ?? 0
            }
            _ = try fixture.database.psql(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where usename = 'byok_operator' and datname = current_database()
                """)
        }
        let done = running.wait()
        #expect(done.status == 0, "\(done.stderr)")
        #expect(done.stdout.contains(#""counts":{"added":20000,"already":0,"bad":0}"#))
        #expect(try fixture.database.psql("select count(*) from byok.api_keys") == "20000")
        #expect(try fixture.database.psql("select count(*) from byok.key_events") == "20000")
    }

    @Test func `an import that fails tells what it stored until then`() throws {
        let fixture = try OperatorFixture()
        _ = try fixture.database.psql("revoke execute on function byok.reserve_seals from public, byok_operator")
        let refused = try fixture.run(
            ["keys", "import", "--json"], with: fixture.keyring, input: Self.line("one", key: MadeUp.groq(1)))
        #expect(refused.status == 77)
        #expect(refused.stdout.contains(#""counts":{"added":0,"already":0,"bad":0}"#))
    }
}

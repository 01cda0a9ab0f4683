import Foundation
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

    @Test func `without its master key nothing is read`() throws {
        let fixture = try OperatorFixture()
        #expect(try fixture.run(["keys", "import"], input: "x").status == 78)
        #expect(try fixture.run(["keys", "import", "/nonexistent"], with: fixture.keyring).status == 64)
    }

    @Test func `fingerprints are stored where a scan key is configured`() throws {
        let fixture = try OperatorFixture()
        let scanKey = ["BYOK_SCAN_KEY": Data(repeating: 7, count: 32).base64EncodedString()]
        let done = try fixture.run(
            ["keys", "import"], with: fixture.keyring.merging(scanKey) { $1 },
            input: Self.line("one", key: MadeUp.groq(3)))
        #expect(done.status == 0)
        #expect(try fixture.database.psql("select count(*) from byok.key_fingerprints where key_revision = 1") == "1")
    }
}

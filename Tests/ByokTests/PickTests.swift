import Foundation
import TestSupport
import Testing

@Suite struct PickTests {
    let desk = try! DoctorDesk()

    private func pick(
        _ arguments: [String] = [], user: String = DoctorDesk.alice, task: String = "audit_web",
        role: String = "byok_operator"
    ) throws -> Finished {
        try desk.byok(["pick", "--user-id", user, "--task", task] + arguments, role: role)
    }

    private func answer(_ arguments: [String] = [], role: String = "byok_operator") throws -> [String: Any] {
        let finished = try pick(["--json"] + arguments, role: role)
        #expect(finished.status == 0, "\(finished.stderr)")
        return try #require(try desk.object(finished)["pick"] as? [String: Any])
    }

    @Test(arguments: ["byok_operator", "byok_app"])
    func `the chosen key comes with its reason, the others with why they are not first`(role: String) throws {
        try desk.addKey(1, provider: "groq")
        try desk.addKey(2, provider: "anthropic")
        try desk.addKey(3, provider: "openai", verdict: "null")
        let answer = try answer(role: role)

        #expect(Set(answer.keys) == ["task", "mode", "why", "key", "others"])
        #expect(answer["mode"] as? String == "own_key")
        let key = try #require(answer["key"] as? [String: Any])
        #expect(key["provider"] as? String == "anthropic" && key["credits_own_key"] as? String == "1.5000")
        #expect((key["reason"] as? String)?.contains("saves 2.5 of 4 credits") == true)
        let others = try #require(answer["others"] as? [[String: Any]])
        #expect(others.map { $0["provider"] as? String } == ["groq", "openai"])
        #expect(others.map { $0["why_not"] as? String } == ["saves less than the first", "not yet found valid"])
    }

    @Test func `without a key that may be used the answer is plan, with the reason`() throws {
        #expect(try answer()["why"] as? String == "the user has no key")
        try desk.addKey(1)
        #expect(
            try answer(["--context", #"{"needs": ["european"]}"#])["why"] as? String
                == "every key: its provider does not fit what is needed")
        _ = try desk.database.psql(
            "update byok.api_keys set status = 'disabled', disabled_at = now(), disabled_reason = 'invalid_api_key'")
        let finished = try pick()

        #expect(finished.status == 0)
        #expect(finished.stdout.hasPrefix("plan  every key: disabled: invalid_api_key"))
    }

    @Test func `a key that was tried already is left out`() throws {
        try desk.addKey(1)
        let id = "10000000-0000-4000-8000-000000000001"
        let others = try answer(["--context", "{\"not_keys\": [\"\(id)\"]}"])["others"] as? [[String: Any]]

        #expect(others?.first?["why_not"] as? String == "left out: already tried")
    }

    @Test func `an unknown task names the known ones`() throws {
        let finished = try pick(task: "mind_reading\u{1B}[2J")

        #expect(finished.status == 64)
        #expect(finished.stderr.contains("audit_web, content, embeddings"))
        #expect(!finished.stderr.contains("\u{1B}"))
    }

    @Test(arguments: ["{", "[]", #"{"need": ["european"]}"#, #"{"needs": "european"}"#, #"{"not_keys": ["x"]}"#])
    func `a context that is not understood is refused rather than ignored`(context: String) throws {
        #expect(try pick(["--context", context]).status == 64)
    }

    @Test func `a user who is not a UUID is a usage error`() throws {
        #expect(try pick(user: "alice").status == 64)
    }

    @Test func `hidden rows are not taken for a user without keys`() throws {
        try desk.addKey(1)
        _ = try desk.database.psql("alter policy suite on byok.api_keys to byok_app")

        #expect(try pick().status == 77)
    }

    @Test func `a hostile label stays on its line`() throws {
        try desk.addKey(1, label: "a\u{1B}[2J\u{202E}b\nplan  nothing")
        let finished = try pick()

        for mark in ["\u{1B}", "\u{202E}", "\nplan"] { #expect(!finished.stdout.contains(mark)) }
    }
}

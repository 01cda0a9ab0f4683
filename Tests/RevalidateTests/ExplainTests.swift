import Foundation
import Providers
import TestSupport
import Testing

@testable import revalidate

struct ExplainTests {
    private func explain(_ database: OperatorDatabase, _ key: Int, role: String = "byok_revalidate") throws -> String {
        let finished = try database.revalidate("explain", "--key", OperatorDatabase.key(key), role: role)
        #expect(finished.status == 0, "\(finished.stderr)")
        return finished.stdout
    }

    private func expect(_ text: String, _ parts: String...) {
        for part in parts { #expect(text.contains(part), "no \(part) in\n\(text)") }
    }

    @Test func `a key is followed from its first strike to its mail`() throws {
        let database = try OperatorDatabase()
        try database.add(1...1)
        expect(try explain(database, 1), "active", "Strikes  none", "never: no answer counted yet", "due since")
        try database.settle(1, 1...1, "refused")
        expect(
            try explain(database, 1, role: "byok_operator"), "suspected", "1 of 2", "1d after the first refusal",
            "Usable meanwhile, after every active key", "HTTP 401", "invalid_api_key", "req-7", "87 ms",
            OperatorDatabase.run(1))
        try database.shift("25 hours")
        try database.settle(2, 1...1, "refused")
        expect(
            try explain(database, 1), "disabled", "2 of 2", "1d1h apart", "Never asked again",
            "revalidate undo --run \(OperatorDatabase.run(2))", "key_disabled", "queued", "not before")
    }

    @Test func `a held key names the guard and the line that releases it`() throws {
        let database = try OperatorDatabase()
        try database.add(1...10)
        try database.settle(1, 1...10, "refused")
        expect(
            try explain(database, 4), "TRIPPED", "its refusal does not count".replacing("its", with: "Its"),
            "--confirm \"disable up to 10 openai keys\"", "held")
    }

    @Test func `a key that waits for a witness says so, and until when`() throws {
        let database = try OperatorDatabase(othersWork: false)
        try database.add(1...4)
        try database.settle(1, 1...3, "refused")
        try database.shift("25 hours")
        try database.settle(2, 1...3, "refused")
        let week = try database.read(
            "SELECT DISTINCT to_char((first_refused_at + '7 d') AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS') "
                + "FROM byok.api_keys WHERE first_refused_at IS NOT NULL")
        expect(
            try explain(database, 1), "suspected", "held", "no other openai key has worked since",
            "once another openai key has worked, or from \(week)")
        let status = try database.revalidate("status", role: "byok_revalidate").stdout
        expect(status, "held until another openai key works, or \(week)")
        try database.settle(3, 4...4, "valid", status: 200, code: nil)
        try database.settle(4, 1...1, "refused")
        expect(try explain(database, 1), "disabled", "2 of 2")
    }

    @Test func `unchecked, quarantined and deleted keys are told as what they are`() throws {
        let database = try OperatorDatabase()
        try database.add(1...3, status: "unchecked")
        expect(try explain(database, 1), "unchecked", "Not usable before its first good answer")
        _ = try database.read(
            "SELECT byok.quarantine_key('revalidate', '', (SELECT token FROM byok.job_leases), gen_random_uuid(), "
                + "'\(OperatorDatabase.key(2))', 1, 'does_not_open')")
        expect(try explain(database, 2), "quarantined", "does_not_open", "A person has to look", "not asked")
        try database.settle(1, 3...3, "valid", status: 200, code: nil)
        _ = try database.read("DELETE FROM byok.api_keys WHERE id = '\(OperatorDatabase.key(3))'")
        expect(try explain(database, 3), "deleted", "Nothing: the key was deleted", "HTTP 200")
    }

    @Test func `only the first four characters are shown, in words and for programs`() throws {
        let database = try OperatorDatabase()
        try database.add(1...1)
        expect(try explain(database, 1), "openai sk-p…")
        let json = try database.json(
            try database.revalidate("explain", "--key", OperatorDatabase.key(1), "--json"))
        let key = json["key"] as? [String: Any] ?? [:]
        #expect(key["key_prefix"] as? String == "sk-p" && key["sealed"] == nil)
        #expect((json["next"] as? [String])?.isEmpty == false)
    }

    @Test func `an id that nobody knows ends with 1`() throws {
        let database = try OperatorDatabase()
        let finished = try database.revalidate("explain", "--key", OperatorDatabase.key(77))
        #expect(finished.status == 1 && finished.stdout.isEmpty)
        #expect(finished.stderr.contains("no key has this id"))
    }

    @Test(arguments: Provider.allCases)
    func `the rule behind a recorded answer is found again, or none is named`(provider: Provider) {
        var named = 0
        for rule in provider.rules {
            for example in rule.examples {
                guard let judgement = ExplainedRule.judge(example, of: provider) else { continue }
                let found = ExplainedRule.deciding(
                    provider, status: example.status, code: judgement.code, verdict: judgement.verdict.rawValue)
                guard let found else { continue }
                named += 1
                #expect(found.name == judgement.ruleName && found.why == rule.why)
            }
        }
        #expect(named > 0)
        #expect(ExplainedRule.deciding(provider, status: 599, code: "no_such_code", verdict: "refused") == nil)
    }
}

import Foundation
import TestSupport
import Testing

struct ApproveTests {
    /// Ten fresh refusals of openai, held back by the guard that run 1 tripped.
    private func tripped(_ providers: [String] = ["openai"]) throws -> OperatorDatabase {
        let database = try OperatorDatabase()
        for (index, provider) in providers.enumerated() {
            let first = index * 100 + 1
            try database.add(first...first + 9, provider: provider)
            try database.settle(1, first...first + 9, "refused")
        }
        return database
    }

    private func approve(
        _ database: OperatorDatabase, _ words: String?, further: [String] = [], role: String = "byok_operator"
    ) throws -> Finished {
        let confirm = words.map { ["--confirm", $0] } ?? []
        let arguments = ["approve", "--run", OperatorDatabase.run(1), "--reason", "ticket 8"] + confirm + further
        return try Subprocess.run(
            Repository.products.appending(path: "revalidate").path, arguments,
            environment: database.database.environment(role: role))
    }

    private let untouched = "SELECT count(*) FROM byok.guards WHERE approved_at IS NULL"

    @Test(arguments: [nil, "yes", "disable up to 9 openai keys", "Disable up to 10 openai keys"])
    func `any other words do nothing and are answered with the right ones`(words: String?) throws {
        let database = try tripped()
        let finished = try approve(database, words)
        #expect(finished.status == 64)
        #expect(finished.stdout.isEmpty)
        #expect(finished.stderr.contains("\"disable up to 10 openai keys\""))
        #expect(try database.read(untouched) == "1")
        #expect(try database.read("SELECT count(*) FROM byok.audit_log WHERE action = 'guard.approved'") == "0")
    }

    @Test func `the right words make the held keys due, once, and leave a trace`() throws {
        let database = try tripped()
        let finished = try approve(database, "disable up to 10 openai keys", further: ["--for", "36h"])
        #expect(finished.status == 0, "\(finished.stderr)")
        #expect(finished.stdout.contains("10 keys held back are due at once"))
        #expect(
            try database.read("SELECT count(*) FROM byok.api_keys WHERE held_since IS NULL AND next_check_at <= now()")
                == "10")
        #expect(
            try database.read(
                "SELECT approved_by, approve_reason, approved_until - approved_at FROM byok.guards")
                == "byok_operator|ticket 8|1 day 12:00:00")
        let again = try approve(database, "disable up to 10 openai keys")
        #expect(again.status == 1)
        #expect(again.stderr.contains("released already by byok_operator"))
    }

    @Test func `keys with a strike from before count into the words`() throws {
        let database = try OperatorDatabase()
        try database.add(1...3)
        try database.settle(9, 1...3, "refused")
        try database.shift("3 days")
        try database.add(11...20)
        try database.settle(1, 11...20, "refused")
        #expect(try approve(database, nil).stderr.contains("\"disable up to 13 openai keys\""))
    }

    @Test func `only the operator releases a guard`() throws {
        let database = try tripped()
        for role in ["byok_revalidate", "byok_owner"] {
            let finished = try approve(database, "disable up to 10 openai keys", role: role)
            #expect(finished.status == 77, "\(role): \(finished.stderr)")
            #expect(try database.read(untouched) == "1")
        }
    }

    @Test func `the wrong role is not told that no guard waits`() throws {
        let database = try OperatorDatabase()
        #expect(try approve(database, nil, role: "byok_revalidate").status == 77)
        #expect(try approve(database, nil).status == 1)
    }

    @Test func `guards that one run tripped are released one by one`() throws {
        let database = try tripped(["openai", "groq"])
        let both = try approve(database, "disable up to 10 openai keys")
        #expect(both.status == 64)
        #expect(both.stderr.contains("--provider groq") && both.stderr.contains("--provider openai"))
        let one = try approve(database, "disable up to 10 groq keys", further: ["--provider", "groq"])
        #expect(one.status == 0, "\(one.stderr)")
        #expect(try database.read("SELECT provider FROM byok.guards WHERE approved_at IS NULL") == "openai")
    }

    @Test func `a dry run says what would be done, and a run that tripped nothing is told so`() throws {
        let database = try tripped()
        let dry = try approve(database, "disable up to 10 openai keys", further: ["--dry-run"])
        #expect(dry.status == 0)
        #expect(dry.stdout.contains("Nothing was done"))
        #expect(try database.read(untouched) == "1")
        let unknown = try database.revalidate(
            "approve", "--run", OperatorDatabase.run(5), "--reason", "x", "--confirm", "disable up to 10 openai keys")
        #expect(unknown.status == 1)
        #expect(unknown.stderr.contains("no guard of this run"))
    }

    @Test func `what was typed wrongly is named and not repeated`() throws {
        let database = try OperatorDatabase()
        let pasted = ["sk", "ant", "notakey"].joined(separator: "-")
        for arguments in [
            ["approve", "--run", pasted, "--reason", "x"],
            ["approve", "--run", OperatorDatabase.run(1), "--reason", " "],
            ["approve", "--run", OperatorDatabase.run(1), "--reason", "x", "--for", "8d"],
            ["approve", "--run", OperatorDatabase.run(1), "--reason", "x", "--provider", pasted],
            ["undo", "--run", pasted, "--reason", "x"], ["explain", "--key", pasted],
        ] {
            let finished = try Subprocess.run(
                Repository.products.appending(path: "revalidate").path, arguments,
                environment: database.database.environment(role: "byok_operator"))
            #expect(finished.status == 64, "\(arguments)")
            #expect(!finished.stderr.contains(pasted) && !finished.stdout.contains(pasted))
        }
    }

    @Test func `an error is one JSON object too`() throws {
        let database = try tripped()
        let finished = try approve(database, "yes", further: ["--json"])
        let json = try database.json(finished)
        #expect(json["exit"] as? Int == 64 && json["outcome"] as? String == "usage")
        #expect((json["next"] as? String)?.contains("disable up to 10 openai keys") == true)
    }
}

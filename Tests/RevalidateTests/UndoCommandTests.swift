import Foundation
import TestSupport
import Testing

struct UndoCommandTests {
    /// Run 2 disabled four keys.
    private func disabled() throws -> OperatorDatabase {
        let database = try OperatorDatabase()
        try database.add(1...4)
        try database.settle(1, 1...4, "refused")
        try database.shift("25 hours")
        try database.settle(2, 1...4, "refused")
        return database
    }

    private func undo(_ database: OperatorDatabase, _ further: String...) throws -> Finished {
        try Subprocess.run(
            Repository.products.appending(path: "revalidate").path,
            ["undo", "--run", OperatorDatabase.run(2), "--reason", "outage"] + further,
            environment: database.database.environment(role: "byok_operator"))
    }

    @Test func `a run is taken back with its mails, and twice is harmless`() throws {
        let database = try disabled()
        let dry = try undo(database, "--dry-run")
        #expect(dry.status == 0 && dry.stdout.contains("4 keys would be restored"))
        #expect(try database.read("SELECT count(*) FROM byok.api_keys WHERE status = 'disabled'") == "4")

        let first = try undo(database)
        #expect(first.status == 0, "\(first.stderr)")
        #expect(first.stdout.contains("4 keys restored") && first.stdout.contains("4 mails withdrawn"))
        let again = try undo(database)
        #expect(again.status == 0)
        #expect(again.stdout.contains("0 keys restored") && again.stdout.contains("4 keys left alone"))
        #expect(try database.read("SELECT count(*) FROM byok.api_keys WHERE status = 'suspected'") == "4")
    }

    @Test func `mails that were sent are listed by key, for a person`() throws {
        let database = try disabled()
        _ = try database.read(
            "UPDATE byok.email_outbox SET state = 'sent', sent_at = now() WHERE key_id = '\(OperatorDatabase.key(3))'")
        let finished = try undo(database)
        #expect(finished.status == 1)
        #expect(finished.stdout.contains("key \(OperatorDatabase.key(3))"))
        #expect(!finished.stdout.contains("key \(OperatorDatabase.key(2))"))
        let json = try database.json(try undo(database, "--json"))
        #expect(json["mails_already_sent"] as? Int == 1 && json["exit"] as? Int == 1)
        #expect((json["sent_mails"] as? [[String: Any]])?.first?["key_id"] as? String == OperatorDatabase.key(3))
    }

    @Test func `nobody but the operator undoes, and an unknown run changes nothing`() throws {
        let database = try disabled()
        let finished = try database.revalidate(
            "undo", "--run", OperatorDatabase.run(2), "--reason", "x", role: "byok_revalidate")
        #expect(finished.status == 77)
        #expect(try database.read("SELECT count(*) FROM byok.api_keys WHERE status = 'disabled'") == "4")
        let stranger = try database.revalidate(
            "undo", "--run", OperatorDatabase.run(8), "--reason", "x", role: "byok_revalidate")
        #expect(stranger.status == 77, "the wrong role is not told that there is nothing to undo")
        let unknown = try database.revalidate("undo", "--run", OperatorDatabase.run(8), "--reason", "x")
        #expect(unknown.status == 1 && unknown.stderr.contains("no such run"))
        #expect(try database.read("SELECT count(*) FROM byok.audit_log WHERE action = 'run.undone'") == "0")
    }
}

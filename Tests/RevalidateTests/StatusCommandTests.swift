import Foundation
import TestSupport
import Testing

struct StatusCommandTests {
    @Test func `everything that a person may have to act on is there, for both roles`() throws {
        let database = try OperatorDatabase()
        try database.add(1...2, provider: "groq")
        try database.settle(1, 1...1, "refused")
        try database.settle(1, 2...2, "valid", status: 200, code: nil)
        try database.shift("25 hours")
        try database.settle(2, 1...1, "refused")
        try database.add(11...20)
        try database.settle(2, 11...20, "refused")
        try database.finish(2, exit: 1)
        try database.add(30...31, provider: "mistral")
        try database.settle(3, 30...30, "refused")
        _ = try database.read("UPDATE byok.job_leases SET until = now() + '1 hour'")
        _ = try database.database.psql("SELECT byok.pause('revalidate', 'ticket 9')", role: "byok_operator")
        for role in ["byok_operator", "byok_revalidate"] {
            let text = try database.revalidate("status", role: role)
            #expect(text.status == 0, "\(text.stderr)")
            for expected in [
                "paused since", "ticket 9", "held by host:42", "1 due now", "exit 1", "valid 3", "not finished",
                "TRIPPED", "1 queued: 1 wait", "Keys with one strike: 1", OperatorDatabase.key(30),
                """
                revalidate approve --run \(OperatorDatabase.run(2)) --provider openai --reason "…" \
                --confirm "disable up to 10 openai keys"
                """,
            ] {
                #expect(text.stdout.contains(expected), "\(role) misses \(expected) in\n\(text.stdout)")
            }
        }
    }

    @Test func `programs get the same, and the words in it release the guard`() throws {
        let database = try OperatorDatabase()
        try database.add(1...10)
        try database.settle(1, 1...10, "refused")
        let json = try database.json(try database.revalidate("status", "--json", role: "byok_revalidate"))
        #expect(json["exit"] as? Int == 0)
        let guards = json["guards"] as? [[String: Any]] ?? []
        #expect(guards.count == 6)
        let openai = guards.first { $0["provider"] as? String == "openai" } ?? [:]
        #expect(openai["tripped"] as? Bool == true && openai["held"] as? Int == 10)
        let words = openai["confirm"] as? String ?? ""
        let released = try database.revalidate(
            "approve", "--run", OperatorDatabase.run(1), "--reason", "true", "--confirm", words)
        #expect(released.status == 0, "\(released.stderr)")
        #expect(try database.revalidate("status").stdout.contains("released until"))
    }

    @Test func `overdue keys are counted`() throws {
        let database = try OperatorDatabase()
        try database.add(1...3)
        try database.settle(1, 1...3, "valid", status: 200, code: nil)
        try database.shift("8 days")
        let json = try database.json(try database.revalidate("status", "--json"))
        let backlog = json["backlog"] as? [String: Any]
        #expect(backlog?["due"] as? Int == 3 && backlog?["overdue"] as? Int == 3)
        #expect(backlog?["next_due_at"] is NSNull)
        #expect(try database.revalidate("status").stdout.contains("ran out"))
    }

    @Test func `a hostile label and holder do nothing to the terminal`() throws {
        let database = try OperatorDatabase()
        try database.add(1...1, label: "\u{1B}]0;owned\u{07}\u{202E}txt")
        try database.settle(1, 1...1, "refused")
        _ = try database.read("UPDATE byok.job_leases SET holder = E'a\\x1b[2Jb'")
        for arguments in [["status"], ["explain", "--key", OperatorDatabase.key(1)]] {
            for flags in [[], ["--json"]] {
                let finished = try Subprocess.run(
                    Repository.products.appending(path: "revalidate").path, arguments + flags,
                    environment: database.database.environment(role: "byok_operator"))
                #expect(finished.status == 0)
                let scalars = finished.stdout.unicodeScalars
                #expect(!scalars.contains("\u{1B}") && !scalars.contains("\u{07}") && !scalars.contains("\u{202E}"))
            }
        }
        #expect(try database.revalidate("status").stdout.contains("\\u{1B}]0;owned"))
    }

    @Test func `an empty database is told plainly`() throws {
        let database = try PrivateCluster.shared.makeDatabase(schema: true)
        let finished = try Subprocess.run(
            Repository.products.appending(path: "revalidate").path, ["status"],
            environment: database.environment(role: "byok_operator"))
        #expect(finished.status == 0, "\(finished.stderr)")
        for expected in ["Last runs: none yet", "Lease    free", "next due never", "Keys with one strike: none"] {
            #expect(finished.stdout.contains(expected), "\(finished.stdout)")
        }
    }

    @Test func `without rights it is 77, without a database 69, and neither looks like an empty backlog`() throws {
        let database = try OperatorDatabase()
        let denied = try database.revalidate("status", role: "byok_mail")
        #expect(denied.status == 77 && denied.stdout.isEmpty)
        let gone = try Subprocess.run(
            Repository.products.appending(path: "revalidate").path, ["status", "--reconnect-budget", "1s"],
            environment: ["PGHOST": "/tmp/byok-nowhere", "PGUSER": "byok_operator", "PGDATABASE": "x"])
        #expect(gone.status == 69 && gone.stdout.isEmpty)
    }

    @Test func `a pause of all jobs is told by status and explain, with the call that ends it`() throws {
        let stage = try OperatorDatabase()
        try stage.add(1...1)
        _ = try stage.database.psql("SELECT byok.pause('*', 'a look')", role: "byok_operator")

        let status = try stage.revalidate("status")
        let explained = try stage.revalidate("explain", "--key", OperatorDatabase.key(1))

        #expect(status.stdout.contains("all jobs paused since"))
        #expect(status.stdout.contains("select byok.resume('*', '<reason>')"))
        #expect(explained.stdout.contains("select byok.resume('*', '<reason>')"))
        _ = try stage.database.psql("SELECT byok.resume('*', 'looked')", role: "byok_operator")
        _ = try stage.database.psql("SELECT byok.pause('revalidate', 'a look')", role: "byok_operator")
        #expect(try stage.revalidate("status").stdout.contains("select byok.resume('revalidate', '<reason>')"))
    }
}

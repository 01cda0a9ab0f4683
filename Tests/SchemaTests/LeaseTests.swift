import TestSupport
import Testing

struct LeaseTests {
    private let database: TestDatabase

    init() throws { database = try PrivateCluster.shared.makeDatabase(schema: true) }

    private func acquire(_ holder: String, shard: String = "0", role: String = "byok_revalidate") throws -> [String] {
        try database.psql(
            "SELECT acquired, token, holder, acquired_at <= now(), until > now() FROM "
                + "byok.acquire_lease('revalidate', '\(shard)', '\(holder)', '10 min')", role: role
        ).split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    }

    @Test func `a held lease is refused with its holder but without its token`() throws {
        #expect(try acquire("one")[0] == "t")
        #expect(try acquire("two") == ["f", "", "one", "t", "t"])
        #expect(try acquire("one")[0] == "f", "a name is not a proof")
        #expect(try acquire("two", shard: "1")[0] == "t")
    }

    @Test func `a lease that ran out goes to the next, and the old token is dead`() throws {
        let old = try acquire("one")[1]
        try database.shiftTime(by: "11 min")
        #expect(
            try database.psql("SELECT byok.renew_lease('revalidate', '0', '\(old)', '10 min')") == "t",
            "nobody took it: still ours")
        try database.shiftTime(by: "11 min")
        let new = try acquire("two")
        #expect(new[0] == "t" && new[1] != old)
        #expect(try database.psql("SELECT byok.renew_lease('revalidate', '0', '\(old)', '10 min')") == "f")
        #expect(try database.psql("SELECT byok.release_lease('revalidate', '0', '\(old)')") == "f")
        #expect(try database.psql("SELECT byok.release_lease('revalidate', '0', '\(new[1])')") == "t")
        #expect(try acquire("three")[0] == "t")
    }

    @Test func `of many that ask at once one gets it`() async throws {
        let database = database
        let answers = try await withThrowingTaskGroup(of: String.self) { group in
            for n in 0..<6 {
                group.addTask {
                    try database.psql("SELECT acquired FROM byok.acquire_lease('revalidate', 'x', 'h\(n)', '10 min')")
                }
            }
            return try await group.reduce(into: [String]()) { $0.append($1) }
        }
        #expect(answers.sorted() == ["f", "f", "f", "f", "f", "t"])
    }

    @Test func `a lease without a time to live, or of more than an hour, is refused`() throws {
        let token = try acquire("one", shard: "1")[1]
        for ttl in ["'0 s'", "'-1 s'", "'61 min'", "NULL"] {
            #expect(
                VerdictDatabase.sqlState {
                    _ = try database.psql("SELECT byok.renew_lease('revalidate', '1', '\(token)', \(ttl))")
                } == "22023")
            let state = VerdictDatabase.sqlState {
                _ = try database.psql("SELECT * FROM byok.acquire_lease('revalidate', '0', 'one', \(ttl))")
            }
            #expect(state == "22023")
        }
    }
}

import TestSupport
import Testing

struct QuarantineTests {
    /// The SQLSTATE that ended it, or nil where every key of `numbers` was set aside.
    private func quarantine(_ db: VerdictDatabase, run: Int, _ numbers: ClosedRange<Int>) -> String? {
        VerdictDatabase.sqlState {
            for number in numbers {
                let answer = try db.database.psql(
                    """
                    SELECT byok.quarantine_key('revalidate', '0', (SELECT token FROM byok.job_leases),
                      '\(VerdictDatabase.run(run))', '\(VerdictDatabase.key(number))', 1, 'tag_mismatch')
                    """)
                #expect(answer == "t")
            }
        }
    }

    private func release(_ db: VerdictDatabase, _ keys: [Int], role: String = "byok_operator") throws -> String {
        let ids = keys.map { "'\(VerdictDatabase.key($0))'" }.joined(separator: ", ")
        return try db.database.psql(
            "SELECT byok.release_quarantine(ARRAY[\(ids)]::uuid[], 'the master key was wrong')", role: role)
    }

    @Test func `the 21st unreadable row of 24 hours is refused, whichever run meets it`() throws {
        let db = try VerdictDatabase(keys: 22)
        #expect(quarantine(db, run: 1, 1...12) == nil)
        #expect(quarantine(db, run: 2, 13...20) == nil)
        #expect(quarantine(db, run: 2, 21...21) == "BK006")
        #expect(quarantine(db, run: 1, 12...12) == nil, "a repeat takes nothing more")
        for run in 3...25 {
            try db.database.shiftTime(by: "1 hour")
            #expect(quarantine(db, run: run, 21...21) == "BK006")
        }
        #expect(try db.count("byok.api_keys WHERE quarantined_at IS NOT NULL") == "20")
        #expect(try db.read("quarantined_at IS NULL", 21) == "t")

        try db.database.shiftTime(by: "1 hour")
        #expect(quarantine(db, run: 26, 21...21) == nil, "the next day has its own count")
    }

    @Test func `what was released or replaced since counts no more`() throws {
        let db = try VerdictDatabase(keys: 23)
        #expect(quarantine(db, run: 1, 1...20) == nil)
        #expect(quarantine(db, run: 2, 21...21) == "BK006")
        #expect(try release(db, [1]) == "1")
        #expect(quarantine(db, run: 2, 21...21) == nil)
        #expect(quarantine(db, run: 2, 22...22) == "BK006")
        try db.replace(2)
        #expect(quarantine(db, run: 2, 22...22) == nil)
        #expect(quarantine(db, run: 2, 23...23) == "BK006")
    }

    @Test func `a long day may set aside five per cent of its looks`() throws {
        let db = try VerdictDatabase(keys: 500)
        try db.settle(1, 100...479, "valid")
        // 400 looks with these: 20 are allowed. The 21st needs 420.
        #expect(quarantine(db, run: 2, 1...20) == nil)
        #expect(quarantine(db, run: 2, 21...21) == "BK006")
        try db.settle(3, 480...499, "valid")
        #expect(quarantine(db, run: 4, 21...21) == nil)
    }

    @Test func `a released key is due at once with the status it had, and the trail names it`() throws {
        let db = try VerdictDatabase(keys: 4)
        try db.settle(1, 1...1, "refused", confirmAfter: "0")
        try db.settle(2, 1...1, "refused", confirmAfter: "0")
        try db.settle(2, 2...2, "valid")
        _ = try db.database.psql(
            "UPDATE byok.api_keys SET quarantined_at = now(), quarantine_reason = 'x' WHERE id <= test.id(3)")

        #expect(try release(db, [1, 2, 4, 99]) == "2")

        #expect(try db.read("status, next_check_at IS NULL, quarantined_at IS NULL", 1) == "disabled|t|t")
        #expect(try db.read("status, next_check_at <= now(), quarantine_reason IS NULL", 2) == "active|t|t")
        #expect(try db.read("quarantined_at IS NULL", 3) == "f")
        #expect(
            try db.database.psql(
                "SELECT actor, detail ->> 'reason', detail ->> 'key_ids' FROM byok.audit_log WHERE action = 'quarantine.released'"
            ) == "byok_operator|the master key was wrong|[\"\(VerdictDatabase.key(1))\", \"\(VerdictDatabase.key(2))\"]"
        )
        #expect(try db.settle(3, 2...2, "valid") == "valid 1")
    }

    @Test func `nobody but the operator releases, and only with keys and a reason`() throws {
        let db = try VerdictDatabase(keys: 1)
        #expect(VerdictDatabase.sqlState { _ = try release(db, [1], role: "byok_revalidate") } == "42501")
        #expect(VerdictDatabase.sqlState { _ = try release(db, [1], role: "byok_owner") } == "BK004")
        #expect(VerdictDatabase.sqlState { _ = try release(db, []) } == "22023")
        #expect(VerdictDatabase.sqlState { _ = try release(db, Array(1...1001)) } == "22023")
        let wordless = VerdictDatabase.sqlState {
            _ = try db.database.psql(
                "SELECT byok.release_quarantine(ARRAY['\(VerdictDatabase.key(1))']::uuid[], ' ')", role: "byok_operator"
            )
        }
        #expect(wordless == "BK005")
    }
}

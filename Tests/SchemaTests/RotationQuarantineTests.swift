import Foundation
import TestSupport
import Testing

/// Rows that a rotation sets aside, and how many are too many.
struct RotationQuarantineTests {
    let database: TestDatabase
    let rotation: RotationFixture

    init() throws {
        database = try SupabaseShape.makeDatabase()
        rotation = try RotationFixture(database)
    }

    @Test func `rows that do not open end the sweep when they are too many to be an accident`() throws {
        for number in 1...22 { try database.addKey(number) }
        try database.makeCurrent(2)
        let number = try rotation.begin()

        let outcomes = database.sqlState(
            """
            select byok.quarantine_row(\(rotation.hold), \(number), id, 1, sealed, 'not_authentic', 22)
            from byok.api_keys
            """, role: "byok_rotate")

        #expect(outcomes == "BK006")
        #expect(try database.psql("select count(*) from byok.api_keys where quarantined_at is not null") == "0")
    }

    @Test(arguments: [(400, "BK006"), (418, "00000")])
    func `rows that other runs opened count where unreadable ones are weighed`(rotated: Int, outcome: String) throws {
        for number in 1...22 { try database.addKey(number) }
        try database.makeCurrent(2)
        let number = try rotation.begin()
        try rotation.note(number, #"{"rotated": \#(rotated), "quarantined": 22}"#)

        let state = database.sqlState(
            """
            select byok.quarantine_row(\(rotation.hold), \(number), id, 1, sealed, 'not_authentic', 3)
            from byok.api_keys
            """, role: "byok_rotate")

        #expect(state == outcome)
    }

    @Test func `rows that were released count no more where unreadable ones are weighed`() throws {
        for number in 1...24 { try database.addKey(number) }
        try database.makeCurrent(2)
        let number = try rotation.begin()
        func put(_ which: String) -> String {
            database.sqlState(
                """
                select byok.quarantine_row(\(rotation.hold), \(number), id, 1, sealed, 'not_authentic', 3)
                from (select id, sealed from byok.api_keys order by id \(which)) k
                """, role: "byok_rotate")
        }
        #expect(put("limit 20") == "00000")
        #expect(put("offset 20") == "BK006")

        _ = try database.psql(
            "select byok.release_quarantine(array(select id from byok.api_keys), 'mended')", role: "byok_operator")

        #expect(put("offset 20") == "00000")
    }

    @Test func `setting a row aside keeps its bytes, and leaves alone what changed`() throws {
        let id = try database.addKey(1)
        try database.makeCurrent(2)
        let number = try rotation.begin()
        func put(_ filler: Int) throws -> String {
            try database.psql(
                """
                select byok.quarantine_row(\(rotation.hold), \(number), '\(id)', 1, \(TestDatabase.sealed(filler)),
                    'not_authentic', 1)
                """, role: "byok_rotate")
        }

        #expect(try put(7) == "changed")
        #expect(try put(1) == "quarantined")
        #expect(try put(1) == "quarantined")
        #expect(
            try database.psql(
                """
                select sealed = \(TestDatabase.sealed(1)), quarantine_reason, (select quarantined from byok.rotations)
                from byok.api_keys
                """) == "t|not_authentic|1")
        _ = try database.psql("select byok.delete_key('\(id)', 'gone')", role: "byok_app")
        #expect(try put(1) == "deleted")
    }
}

import Foundation
import Postgres
import System
import TestSupport
import Testing

struct RoundTripTests {
    let connection = try! sharedDatabase.connection()

    @Test(arguments: [Int.min, Int.min + 1, -1, 0, 1, Int.max])
    func `whole numbers come back at their extremes`(_ number: Int) async throws {
        let row = try await connection.ask(
            "SELECT $1::bigint AS one, $2 AS many", [.int(number), .ints([number, nil])])
        #expect(try row.int("one") == number)
        #expect(try row.ints("many") == [number, nil])
    }

    @Test func `smaller numbers are widened`() async throws {
        let row = try await connection.ask(
            "SELECT (-32768)::smallint a, 2147483647::int b, 4294967295::oid c, ARRAY[-2147483648,7]::int[] d")
        #expect(try [row.int("a"), row.int("b"), row.int("c")] == [-32768, 2_147_483_647, 4_294_967_295])
        #expect(try row.ints("d") == [-2_147_483_648, 7])
    }

    @Test func `every byte comes back, alone and in arrays`() async throws {
        let all = (0...255).map { UInt8($0) }
        let row = try await connection.ask(
            "SELECT $1 AS one, $2 AS empty, $3 AS many", [.bytes(all), .bytes([]), .byteas([all, nil, []])])
        #expect(try row.bytes("one") == all)
        #expect(try row.bytes("empty") == [])
        #expect(try row.byteas("many") == [all, nil, []])
        #expect(try row.withBytes("one") { $0.count } == 256)
    }

    @Test func `text keeps every character but zero`() async throws {
        let text = "quote ' back\\slash \u{1F511} \u{202E} \n {a,b} NULL"
        let row = try await connection.ask(
            "SELECT $1::text AS one, $2 AS many", [.text(text), .texts([text, nil, "", "NULL"])])
        #expect(try row.text("one") == text)
        #expect(try row.texts("many") == [text, nil, "", "NULL"])
        let error = await failure { () throws(PostgresError) in
            try await connection.ask("SELECT $1::text", [.text("a\0b")])
        }
        #expect(error?.kind == .invalidValue)
    }

    @Test func `identifiers, truth and JSON come back`() async throws {
        let id = UUID()
        let row = try await connection.ask(
            "SELECT $1 AS id, $2 AS ids, $3 AS yes, $4 AS bools, $5::jsonb AS j, $6::json AS k",
            [
                .uuid(id), .uuids([id, nil]), .bool(true), .bools([true, false, nil]), .json("{\"a\": 1}"),
                .json("[1]"),
            ])
        #expect(try row.uuid("id") == id)
        #expect(try row.uuids("ids") == [id, nil])
        #expect(try row.bool("yes"))
        #expect(try row.bools("bools") == [true, false, nil])
        #expect(try row.text("j") == "{\"a\": 1}")
        #expect(try row.text("k") == "[1]")
    }

    @Test(arguments: [-210_866_803_200_000_000, -1, 0, 1, 1_700_000_000_123_456, 9_223_371_244_799_999_999])
    func `moments come back to the microsecond`(_ microseconds: Int64) async throws {
        let time = Timestamp(microseconds: microseconds)
        let row = try await connection.ask(
            "SELECT $1 AS one, $2 AS many", [.timestamp(time), .timestamps([time, nil])])
        #expect(try row.timestamp("one") == time)
        #expect(try row.timestamps("many") == [time, nil])
    }

    @Test(arguments: ["infinity", "-infinity"])
    func `infinity is not a moment`(_ text: String) async throws {
        let row = try await connection.ask("SELECT '\(text)'::timestamptz AS t")
        #expect(throws: PostgresError(.unexpectedResult, operation: "read column", name: "t")) {
            try row.timestamp("t")
        }
    }

    @Test func `a moment beyond the type is refused, not wrapped`() async {
        let error = await failure { () throws(PostgresError) in
            try await connection.ask("SELECT $1 AS t", [.timestamp(Timestamp(microseconds: .min))])
        }
        #expect(error?.sqlState == "22008")
    }

    @Test func `a duration arrives as seconds`() async throws {
        let row = try await connection.ask(
            "SELECT ($1 = interval '25 hours 0.000001 seconds') AS same, $2 < interval '0' AS negative",
            [.interval(.seconds(90_000) + .microseconds(1)), .interval(.seconds(-5))])
        #expect(try row.bool("same"))
        #expect(try row.bool("negative"))
    }

    @Test(arguments: [
        "0", "0.00", "-0.5", "1", "9999", "10000", "10000.0001", "-123456789012345678901234567890.123456789",
        "0.000000000001", "100000000", "1.5000", "NaN", "Infinity", "-Infinity", "99999999.9999",
    ])
    func `exact decimals come back digit by digit`(_ text: String) async throws {
        let row = try await connection.ask("SELECT $1::numeric AS n, $1::numeric::text AS t", [.text(text)])
        #expect(try row.text("n") == row.text("t"))
    }

    @Test func `empty arrays and NULL are not the same`() async throws {
        let row = try await connection.ask(
            "SELECT $1 AS a, $2 AS b, $3 AS c, $4 AS d, NULL::bigint[] AS e, $5::text AS f",
            [.ints([]), .texts([]), .uuids([]), .byteas([]), .null])
        #expect(try row.ints("a").isEmpty)
        #expect(try row.texts("b").isEmpty)
        #expect(try row.uuids("c").isEmpty)
        #expect(try row.byteas("d").isEmpty)
        #expect(try row.isNull("e"))
        #expect(try row.optionalText("f") == nil)
        #expect(throws: PostgresError.self) { try row.ints("e") }
        #expect(throws: PostgresError.self) { try row.text("f") }
    }

    @Test func `a missing column and another type are refused by name`() async throws {
        let row = try await connection.ask("SELECT 'private words' AS t")
        #expect(throws: PostgresError(.unexpectedResult, operation: "read column", name: "n")) { try row.int("n") }
        #expect(throws: PostgresError(.unexpectedResult, operation: "read column", name: "t")) { try row.int("t") }
    }

    @Test func `floating point comes back exactly`() async throws {
        let row = try await connection.ask("SELECT 0.1::float8 AS a, 0.5::float4 AS b")
        #expect(try row.double("a") == 0.1)
        #expect(try row.double("b") == 0.5)
    }

    @Test func `thousands of rows travel in one statement`() async throws {
        let count = 5000
        let row = try await connection.ask(
            "SELECT count(*) AS n, sum(length(b)) AS bytes FROM unnest($1, $2, $3) AS t(id, n, b)",
            [
                .uuids((0..<count).map { _ in UUID() }), .ints(Array(0..<count)),
                .byteas((0..<count).map { _ in [UInt8](repeating: 7, count: 100) }),
            ])
        #expect(try row.int("n") == count)
        #expect(try row.int("bytes") == count * 100)
    }
}

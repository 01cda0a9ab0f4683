import Foundation
import System
import Testing

@Suite struct TimestampTests {
    @Test func `every day of nine centuries is the day Foundation's calendar says`() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        for day in stride(from: -140_000, through: 190_000, by: 7) {
            let parts = calendar.dateComponents(
                [.year, .month, .day], from: Date(timeIntervalSince1970: Double(day) * 86400))
            let civil = CivilDate(daysSince1970: day)
            #expect([civil.year, civil.month, civil.day] == [parts.year, parts.month, parts.day])
            #expect(civil.daysSince1970 == day)
        }
    }

    @Test(arguments: [0, -1, 1, 1_795_440_495_123_456, -62_135_596_800_000_000, 253_402_300_799_999_999] as [Int64])
    func `text that was written reads back as the same moment`(microseconds: Int64) {
        let moment = Timestamp(microseconds: microseconds)
        #expect(Timestamp(moment.description) == moment)
    }

    @Test func `known moments have known texts`() {
        #expect(Timestamp(microseconds: 951_782_400_000_000).description == "2000-02-29T00:00:00Z")
        #expect(Timestamp(microseconds: -1).description == "1969-12-31T23:59:59.999999Z")
        #expect(Timestamp(microseconds: 951_782_400_000_000).compact == "20000229T000000Z")
    }

    @Test func `offsets and PostgreSQL's own text are understood`() {
        let noon = Timestamp("2026-03-01T12:00:00Z")
        #expect(noon != nil)
        #expect(Timestamp("2026-03-01 14:00:00+02") == noon)
        #expect(Timestamp("2026-03-01T08:30:00.000-03:30") == noon)
        #expect(Timestamp("2026-03-01T17:45:00+0545") == noon)
    }

    @Test(arguments: [
        "", "2026-03-01", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-03-01T24:00:00Z",
        "2026-03-01T00:00:00", "2026-03-01T00:00:00.Z", "2026-03-01T00:00:00.1234567Z", "2026-03-01T00:00:00Zx",
        "٢٠٢٦-03-01T00:00:00Z",
    ])
    func `anything else is refused`(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func `arithmetic stops at the ends instead of trapping`() {
        let last = Timestamp(microseconds: .max)
        #expect(last + .seconds(Int64.max) == last)
        #expect(Timestamp(microseconds: .min) - .seconds(Int64.max) == Timestamp(microseconds: .min))
        #expect(last.since(Timestamp(microseconds: .min)) == .microseconds(Int64.max))
        #expect(!last.description.isEmpty && !Timestamp(microseconds: .min).description.isEmpty)
    }

    @Test func `JSON holds the text`() throws {
        let moments = [Timestamp(microseconds: 1)]
        let data = try JSONEncoder().encode(moments)
        #expect(String(decoding: data, as: UTF8.self) == "[\"1970-01-01T00:00:00.000001Z\"]")
        #expect(try JSONDecoder().decode([Timestamp].self, from: data) == moments)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([Timestamp].self, from: Data("[\"x\"]".utf8)) }
    }
}

import Reports
import System
import Testing

@testable import savings_report

struct ValueTests {
    @Test(arguments: [
        ("0", "0"), ("-62.50", "-62.5"), ("0.000000000001", "0.000000000001"), ("99999999.9999", "99999999.9999"),
        ("1.0000000000000", "1"), ("-0.0", "0"), ("123456789012345678901234", "123456789012345678901234"),
    ]) func `a decimal is read and written exactly`(text: String, written: String) {
        #expect(ExactDecimal(text)?.description == written)
    }

    @Test(arguments: [
        "", "-", ".", "NaN", "Infinity", "1e3", "1.2.3", "+1", "0.0000000000001",
        "1234567890123456789012345678901234567890",
    ])
    func `what is no decimal, or does not fit, is none`(text: String) {
        #expect(ExactDecimal(text) == nil)
    }

    @Test func `sums that do not fit are none, and rounding goes away from zero`() {
        let largest = ExactDecimal("170141183460469231731687303")
        #expect(largest != nil && largest.flatMap { $0.adding($0) } == nil)
        #expect(ExactDecimal("2.5")?.rounded == 3 && ExactDecimal("-2.5")?.rounded == -3)
        #expect(ExactDecimal("0.1")?.adding(ExactDecimal("0.2") ?? .zero)?.description == "0.3")
    }

    @Test(arguments: [
        ("2026-10", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"),
        ("2026-12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("2028-02", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
    ]) func `a month ends where the next begins`(month: String, from: String, to: String) {
        let period = Period(month: month)
        #expect(period?.from.description == from && period?.to.description == to)
    }

    @Test func `the month before January is December`() throws {
        let period = Period(monthBefore: try #require(Timestamp("2027-01-31T23:59:59Z")))
        #expect(period == Period(month: "2026-12"))
    }

    @Test func `French has its own digits and spaces`() {
        let french = Tongue(language: .french)
        #expect(french.digits("-1234567.5") == "−1\u{202F}234\u{202F}567,5")
        #expect(
            french("x", "Promesse : « 5 % » ; fin !")
                == "Promesse\u{202F}: «\u{202F}5\u{202F}%\u{202F}»\u{202F}; fin\u{202F}!")
        #expect(Tongue(language: .english).digits("-1234.5") == "-1234.5")
    }

    @Test func `the columns of a user are those of the statement`() throws {
        let fields = UserColumn.allCases.map { $0.kind == .count ? "1" : $0.kind == .truth ? "true" : "2" }
        let line = try UserLine(fields.joined(separator: ","))
        #expect(try line.count(.analyses) == 1)
        #expect(throws: (any Error).self) { try UserLine("1,2") }
    }
}

import Rotation
import Testing

struct BatchPaceTests {
    /// Statements that take `fixed` and then `each` a row, until the size settles.
    private func settled(_ limits: BatchPace.Limits, fixed: Double, each: Double) -> Int {
        var pace = BatchPace(limits)
        for _ in 0..<200 {
            pace.took(.microseconds(fixed + each * Double(pace.size)), rows: pace.size)
        }
        return pace.size
    }

    @Test func `it begins with twenty rows and settles where a statement takes a quarter of a millisecond`() {
        #expect(BatchPace(.polite).size == 20)

        let size = settled(.polite, fixed: 50, each: 8)

        #expect((23...27).contains(size), "\(size)")
    }

    @Test(arguments: [(BatchPace.Limits.polite, 20, 50), (.fast, 100, 1000)])
    func `it stays within its limits`(limits: BatchPace.Limits, least: Int, most: Int) {
        #expect(settled(limits, fixed: 0, each: 0.1) == most)
        #expect(settled(limits, fixed: 100_000, each: 10_000) == least)
    }

    @Test func `one slow commit does not count for a slow table`() {
        var pace = BatchPace(.polite)
        for _ in 0..<50 { pace.took(.microseconds(8 * pace.size), rows: pace.size) }
        let before = pace.size

        pace.took(.milliseconds(5), rows: before)
        let after = pace.size
        for _ in 0..<50 { pace.took(.microseconds(8 * pace.size), rows: pace.size) }

        #expect(after >= before / 2)
        #expect(pace.size == before)
    }

    @Test func `a collision halves it down to one row, and it comes back`() {
        var pace = BatchPace(.fast)
        for _ in 0..<10 { pace.collided() }
        #expect(pace.size == 1)

        for _ in 0..<100 { pace.took(.microseconds(6 * pace.size), rows: pace.size) }
        #expect(pace.size == 1000)
    }
}

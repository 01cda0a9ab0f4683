import Foundation
import Rotation
import Testing

struct KeyRangeTests {
    @Test(arguments: [1, 2, 3, 7, 8, 100, 9999])
    func `the parts meet and cover every id`(count: Int) throws {
        let ranges = try (0..<count).map { try #require(KeyRange(shard: $0, of: count)) }

        #expect(ranges.first?.first == KeyRange.all.first)
        #expect(ranges.last?.last == KeyRange.all.last)
        for (one, next) in zip(ranges, ranges.dropFirst()) {
            #expect(number(one.last) + 1 == number(next.first))
            #expect(one.last.uuidString.hasSuffix("FFFF-FFFF-FFFF-FFFFFFFFFFFF"))
            #expect(next.first.uuidString.hasSuffix("0000-0000-0000-000000000000"))
        }
    }

    @Test(arguments: [(0, 0), (1, 1), (-1, 2), (8, 8), (0, 10_000)])
    func `there is no part beyond the last`(index: Int, count: Int) {
        #expect(KeyRange(shard: index, of: count) == nil)
    }

    private func number(_ id: UUID) -> UInt64 { UInt64(id.uuidString.prefix(8), radix: 16) ?? 0 }
}

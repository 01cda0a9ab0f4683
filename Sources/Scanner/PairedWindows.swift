/// Windows with the number of the key that each belongs to.
public struct PairedWindows: Sendable {
    /// Places in the table are counted in 32 bits.
    public static let maximumCount = Int(UInt32.max)

    private(set) var values: [UInt64] = []
    private(set) var keys: [UInt32] = []

    public var count: Int { values.count }

    public init() {}

    /// Growing by doubling would need half as much memory again.
    public mutating func reserve(_ count: Int) {
        values.reserveCapacity(count)
        keys.reserveCapacity(count)
    }

    public mutating func append(_ window: UInt64, of key: UInt32) {
        values.append(window)
        keys.append(key)
    }

    /// By value, in place: a million keys leave no room for a copy.
    mutating func sort() {
        sort(0..<values.count, shift: 56)
    }

    /// American flag sort, a byte a pass from the top; random values are in order after three passes or so.
    private mutating func sort(_ range: Range<Int>, shift: UInt64) {
        guard range.count > 24 else { return insertionSort(range) }
        var ends = [Int](repeating: 0, count: 256)
        for index in range { ends[Self.byte(values[index], shift)] += 1 }
        var sum = range.lowerBound
        var starts = ends
        for byte in 0..<256 {
            starts[byte] = sum
            sum += ends[byte]
            ends[byte] = sum
        }
        permute(starts, ends, shift)
        guard shift > 0 else { return }
        for byte in 0..<256 { sort(starts[byte]..<ends[byte], shift: shift - 8) }
    }

    private mutating func permute(_ starts: [Int], _ ends: [Int], _ shift: UInt64) {
        var next = starts
        for byte in 0..<256 {
            while next[byte] < ends[byte] {
                let home = Self.byte(values[next[byte]], shift)
                if home == byte {
                    next[byte] += 1
                } else {
                    values.swapAt(next[byte], next[home])
                    keys.swapAt(next[byte], next[home])
                    next[home] += 1
                }
            }
        }
    }

    private mutating func insertionSort(_ range: Range<Int>) {
        for index in range.dropFirst() {
            var place = index
            while place > range.lowerBound, values[place - 1] > values[place] {
                values.swapAt(place - 1, place)
                keys.swapAt(place - 1, place)
                place -= 1
            }
        }
    }

    private static func byte(_ value: UInt64, _ shift: UInt64) -> Int { Int(value >> shift & 255) }
}

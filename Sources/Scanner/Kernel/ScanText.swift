/// Text to look at, lent by a ``ScanMemory`` while it is scanned. Blank wherever it is not, so that no look around a
/// place can leave it.
@safe struct ScanText {
    private let start: UnsafePointer<UInt8>
    let count: Int

    init(start: UnsafePointer<UInt8>, count: Int) {
        unsafe self.start = start
        self.count = count
    }

    @inline(__always)
    subscript(_ position: Int) -> UInt8 {
        position >= 0 && position < count ? unsafe start[position] : UInt8(ascii: " ")
    }

    /// Four bytes, the first in the lowest place; 0 where not all of them are there.
    @inline(__always)
    func word(at position: Int) -> UInt32 {
        guard position >= 0, position &+ 4 <= count else { return 0 }
        return unsafe UnsafeRawPointer(start + position).loadUnaligned(as: UInt32.self).littleEndian
    }

    func bytes(_ range: Range<Int>) -> [UInt8] {
        let range = range.clamped(to: 0..<count)
        return unsafe Array(UnsafeBufferPointer(start: start + range.lowerBound, count: range.count))
    }

    func holds(_ text: StaticString, at position: Int) -> Bool {
        guard position >= 0, position &+ text.utf8CodeUnitCount <= count else { return false }
        for index in 0..<text.utf8CodeUnitCount where unsafe start[position + index] != text.utf8Start[index] {
            return false
        }
        return true
    }
}

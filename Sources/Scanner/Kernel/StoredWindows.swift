internal import CScan
internal import Glibc

/// The windows of all stored keys, ready to be asked: a Bloom filter in front of a sorted table.
///
/// Some 18 bytes a window. Values are random, so that their top bits spread them evenly.
// Unchecked for the pointer alone: what it points at is written in `init`, before anybody else has it, and never again.
@safe public final class StoredWindows: @unchecked Sendable {
    public static let none = StoredWindows(PairedWindows())

    // One word of 64 bits a look, four bits of it set: one cache line at most.
    private let filter: UnsafeMutablePointer<UInt64>
    private let filterMask: UInt64
    private let values: [UInt64]
    private let keys: [UInt32]
    // Where the values begin whose top bits are the index.
    private let directory: [UInt32]
    private let directoryShift: UInt64

    /// How many windows are held.
    public var count: Int { values.count }

    public init(_ windows: consuming PairedWindows) {
        windows.sort()
        let values = windows.values
        let words = Self.powerOfTwo(atLeast: values.count / 4)
        let filter: UnsafeMutablePointer<UInt64> = unsafe byok_scan_make_filter(words)
        for value in values { unsafe filter[Int(value >> 40) & (words - 1)] |= Self.bits(value) }
        let places = min(Self.powerOfTwo(atLeast: values.count / 4), 1 << 24)
        let shift = UInt64(64 - places.trailingZeroBitCount)
        var directory = [UInt32](repeating: 0, count: places + 1)
        for value in values { directory[Int(value >> shift) + 1] += 1 }
        for place in 1...places { directory[place] += directory[place - 1] }
        unsafe self.filter = filter
        filterMask = UInt64(words - 1)
        self.values = values
        keys = windows.keys
        self.directory = directory
        directoryShift = shift
    }

    deinit { unsafe free(filter) }

    private static func powerOfTwo(atLeast count: Int) -> Int {
        count <= 2 ? 2 : 1 << (Int.bitWidth - (count - 1).leadingZeroBitCount)
    }

    @inline(__always)
    private static func bits(_ value: UInt64) -> UInt64 {
        1 << (value & 63) | 1 << (value >> 6 & 63) | 1 << (value >> 12 & 63) | 1 << (value >> 18 & 63)
    }

    /// Lends the filter with the mask of its places. It says no to what is not stored, except one time in a hundred.
    @unsafe func withFilter<Result>(_ body: (UnsafePointer<UInt64>, UInt64) -> Result) -> Result {
        unsafe body(filter, filterMask)
    }

    /// The numbers of the keys that have this window; nearly always none or one.
    func forEachKey(of value: UInt64, _ body: (UInt32) -> Void) {
        let place = Int(value >> directoryShift)
        for index in Int(directory[place])..<Int(directory[place + 1]) where values[index] == value {
            body(keys[index])
        }
    }
}

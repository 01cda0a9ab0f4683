/// How windows lie in the database: ascending 8-byte big-endian values, nothing else.
///
/// Their values are uniformly random, so that there is nothing to compress.
public enum WindowList {
    public static let maximumCount = 1_024

    /// Sorted, none twice.
    public static func encode(_ windows: [UInt64]) throws(FingerprintError) -> [UInt8] {
        let windows = Set(windows).sorted()
        guard windows.count <= maximumCount else { throw .malformedWindows(byteCount: windows.count &* 8) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(windows.count &* 8)
        for window in windows {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: window >> shift))
            }
        }
        return bytes
    }

    /// Refuses what ``encode(_:)`` cannot have written.
    public static func decode(_ bytes: Span<UInt8>) throws(FingerprintError) -> [UInt64] {
        guard bytes.count.isMultiple(of: 8), bytes.count <= maximumCount &* 8 else {
            throw .malformedWindows(byteCount: bytes.count)
        }
        var windows: [UInt64] = []
        windows.reserveCapacity(bytes.count / 8)
        for first in stride(from: 0, to: bytes.count, by: 8) {
            let window = (first..<first &+ 8).reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[$1]) }
            guard windows.last.map({ $0 < window }) ?? true else { throw .malformedWindows(byteCount: bytes.count) }
            windows.append(window)
        }
        return windows
    }
}

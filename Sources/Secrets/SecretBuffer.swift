internal import COpenSSL

/// Memory for secrets that pass by, such as the lines of a file: of one size, reused, erased when dropped.
///
/// Like ``SecretBytes`` it is lent and never copied; unlike it, what it holds changes.
// Owned by exactly one place, and changed through `mutating` only.
@safe public struct SecretBuffer: ~Copyable, @unchecked Sendable {
    private let start: UnsafeMutablePointer<UInt8>
    public let capacity: Int
    public private(set) var byteCount = 0

    public init(capacity: Int) {
        unsafe start = SecureHeap.allocate(capacity)
        self.capacity = capacity
    }

    deinit { unsafe SecureHeap.free(start, capacity) }

    public var freeCapacity: Int { capacity &- byteCount }

    public borrowing func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let buffer = unsafe UnsafeBufferPointer(start: start, count: byteCount)
        return try unsafe body(buffer.span)
    }

    /// Lends the free room behind what is there; what `fill` appends is kept, also when it throws.
    public mutating func append<Result, Failure: Error>(
        filledBy fill: (inout OutputSpan<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let room = unsafe UnsafeMutableBufferPointer(start: start + byteCount, count: freeCapacity)
        var output = unsafe OutputSpan(buffer: room, initializedCount: 0)
        do throws(Failure) {
            let result = try fill(&output)
            byteCount &+= unsafe output.finalize(for: room)
            return result
        } catch {
            byteCount &+= unsafe output.finalize(for: room)
            throw error
        }
    }

    /// Drops the first bytes, moves the others to the front and erases what lay behind them.
    public mutating func removeFirst(_ count: Int) {
        let gone = min(max(count, 0), byteCount)
        guard gone > 0 else { return }
        let kept = byteCount &- gone
        unsafe start.update(from: start + gone, count: kept)
        unsafe OPENSSL_cleanse(start + kept, gone)
        byteCount = kept
    }

    public mutating func removeAll() { removeFirst(byteCount) }
}

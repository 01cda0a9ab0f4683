internal import COpenSSL

/// Bytes that must not leak: on the secure heap, erased when dropped, lent but never copied.
///
/// Not `Copyable`, so it cannot be printed, dumped, stored in an error, an array or a
/// dictionary: the compiler refuses. Share it by putting it into a final class.
// Immutable once filled, and owned by exactly one place, so reading from any thread is safe.
@safe public struct SecretBytes: ~Copyable, @unchecked Sendable {
    private let start: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    public let byteCount: Int

    /// Room for `capacity` bytes, of which `fill` may leave some unused.
    ///
    /// When `fill` throws, what it had written is erased first.
    public init<Failure: Error>(
        capacity: Int, filledBy fill: (inout OutputSpan<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        let start = unsafe SecureHeap.allocate(capacity)
        let filled: Int
        do throws(Failure) {
            filled = try unsafe Self.fill(start, capacity, fill)
        } catch {
            unsafe SecureHeap.free(start, capacity)
            throw error
        }
        unsafe self.start = start
        self.capacity = capacity
        self.byteCount = filled
    }

    /// Exactly `byteCount` bytes; leaving some unfilled is a programmer's mistake and traps.
    public init<Failure: Error>(
        byteCount: Int, filledBy fill: (inout OutputSpan<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        try self.init(capacity: byteCount, filledBy: fill)
        precondition(self.byteCount == byteCount, "a secret of fixed length was filled in part")
    }

    /// A copy on the secure heap; erasing the original stays with its owner.
    public init(copying bytes: Span<UInt8>) {
        self.init(byteCount: bytes.count) { output in
            for index in bytes.indices { output.append(bytes[index]) }
        }
    }

    deinit { unsafe SecureHeap.free(start, capacity) }

    public borrowing func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let buffer = unsafe UnsafeBufferPointer(start: start, count: byteCount)
        return try unsafe body(buffer.span)
    }

    /// Takes the same time wherever the bytes differ; only the length may show.
    public borrowing func matches(_ other: borrowing SecretBytes) -> Bool {
        other.withBytes { matches($0) }
    }

    /// Takes the same time wherever the bytes differ; only the length may show.
    public borrowing func matches(_ other: Span<UInt8>) -> Bool {
        withBytes { ConstantTime.equal($0, other) }
    }

    private static func fill<Failure: Error>(
        _ start: UnsafeMutablePointer<UInt8>, _ capacity: Int,
        _ body: (inout OutputSpan<UInt8>) throws(Failure) -> Void
    ) throws(Failure) -> Int {
        let buffer = unsafe UnsafeMutableBufferPointer(start: start, count: capacity)
        var output = unsafe OutputSpan(buffer: buffer, initializedCount: 0)
        try body(&output)
        return unsafe output.finalize(for: buffer)
    }
}

internal import COpenSSL

/// Bytes that must not leak: on the secure heap, erased when dropped, lent but never copied.
///
/// Not `Copyable`, so it cannot be printed, dumped, stored in an error, an array or a
/// dictionary: the compiler refuses. Share it by putting it into a final class.
// Immutable once filled, and owned by exactly one place, so reading from any thread is safe.
public struct SecretBytes: ~Copyable, @unchecked Sendable {
    private let memory: Memory
    public let byteCount: Int

    /// Room for `capacity` bytes, of which `fill` may leave some unused.
    ///
    /// When `fill` throws, what it had written is erased first.
    public init<Failure: Error>(
        capacity: Int, filledBy fill: (inout OutputSpan<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        let memory = Memory(byteCount: capacity)
        let filled = try memory.fill(fill)
        self.memory = memory
        self.byteCount = filled
    }

    /// Exactly `byteCount` bytes; leaving some unfilled is a programmer's mistake and traps.
    public init<Failure: Error>(
        byteCount: Int, filledBy fill: (inout OutputSpan<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        let memory = Memory(byteCount: byteCount)
        let filled = try memory.fill(fill)
        precondition(filled == byteCount, "a secret of fixed length was filled in part")
        self.memory = memory
        self.byteCount = filled
    }

    /// A copy on the secure heap; erasing the original stays with its owner.
    public init(copying bytes: Span<UInt8>) {
        self.init(byteCount: bytes.count) { output in
            for index in bytes.indices { output.append(bytes[index]) }
        }
    }

    public borrowing func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let buffer = unsafe UnsafeBufferPointer(start: memory.start, count: byteCount)
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
}

/// One block of secret memory; knows its size, not what was written.
@safe private struct Memory: ~Copyable {
    let start: UnsafeMutablePointer<UInt8>
    let byteCount: Int

    init(byteCount: Int) {
        unsafe start = SecureHeap.allocate(byteCount)
        self.byteCount = byteCount
    }

    deinit { unsafe SecureHeap.free(start, byteCount) }

    borrowing func fill<Failure: Error>(
        _ body: (inout OutputSpan<UInt8>) throws(Failure) -> Void
    ) throws(Failure) -> Int {
        let buffer = unsafe UnsafeMutableBufferPointer(start: start, count: byteCount)
        var output = unsafe OutputSpan(buffer: buffer, initializedCount: 0)
        try body(&output)
        return unsafe output.finalize(for: buffer)
    }
}

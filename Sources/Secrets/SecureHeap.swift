internal import COpenSSL
internal import Synchronization

/// OpenSSL's secure heap: 1 MiB between guard pages, locked into memory and left out of
/// core dumps where the kernel allows it.
///
/// The first ``SecretBytes`` starts it; calling ``start()`` early only makes a refusal
/// visible before there is a secret.
public enum SecureHeap {
    public enum Protection: String, Sendable {
        case locked
        /// The heap works, but its pages may be swapped out: RLIMIT_MEMLOCK is below 1 MiB.
        case unlocked
        /// No heap: every secret lives in ordinary memory, erased before it is freed.
        case none
    }

    public static let byteCount = 1 << 20

    @discardableResult
    public static func start() -> Protection { protection }

    /// Secrets that did not fit and went to ordinary, still erased, memory since the process began.
    public static var overflowCount: Int { overflows.load(ordering: .relaxed) }

    /// Bytes in use, rounded up by the heap to powers of two.
    public static var usedByteCount: Int {
        // Asked before it exists, the heap takes a lock that is not there.
        start() == .none ? 0 : CRYPTO_secure_used()
    }

    private static let smallestBlock = 16
    private static let overflows = Atomic<Int>(0)

    private static let protection: Protection =
        switch CRYPTO_secure_malloc_init(byteCount, smallestBlock) {
        case 1: .locked
        case 2: .unlocked
        default: .none
        }

    static func allocate(_ byteCount: Int) -> UnsafeMutablePointer<UInt8> {
        let size = max(byteCount, 1)
        if start() != .none, let block = unsafe CRYPTO_secure_malloc(size, nil, 0) {
            return unsafe block.bindMemory(to: UInt8.self, capacity: size)
        }
        overflows.add(1, ordering: .relaxed)
        guard let block = unsafe CRYPTO_malloc(size, nil, 0) else { preconditionFailure("out of memory") }
        return unsafe block.bindMemory(to: UInt8.self, capacity: size)
    }

    /// Erases and frees, whichever memory it was.
    static func free(_ start: UnsafeMutablePointer<UInt8>, _ byteCount: Int) {
        unsafe CRYPTO_secure_clear_free(start, max(byteCount, 1), nil, 0)
    }
}

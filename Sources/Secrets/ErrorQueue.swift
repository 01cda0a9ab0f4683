internal import COpenSSL

/// OpenSSL's error queue of the calling thread. Left filled, it would be blamed on the
/// next caller, libcurl and libpq included.
enum ErrorQueue {
    /// Empties the queue; the oldest entry is the cause, the later ones its echoes.
    static func drain() -> UInt {
        let cause = ERR_get_error()
        ERR_clear_error()
        return cause
    }
}

/// OpenSSL says 1 for success, 0 or less for failure.
func check(_ result: Int32, _ operation: SecretsError.Operation) throws(SecretsError) {
    guard result > 0 else { throw .libraryFailure(operation, code: ErrorQueue.drain()) }
}

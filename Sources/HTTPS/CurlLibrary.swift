internal import CCurl
internal import Glibc

/// libcurl's process-wide start, once, before the first handle.
enum CurlLibrary {
    /// False where libcurl could not start; then no request can be sent.
    static let isStarted: Bool = {
        // libcurl writes TLS session keys to the file this variable names: with it, anyone who records the
        // traffic reads the key.
        unsafe unsetenv("SSLKEYLOGFILE")
        return ccurl_global_init_erasing() == CURLE_OK
    }()
}

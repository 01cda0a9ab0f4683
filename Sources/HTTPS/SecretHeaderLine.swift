internal import CCurl
internal import Glibc
internal import Secrets

/// `name: prefix` and the secret, written once into memory of our own that is overwritten before it is freed.
/// It is the first node of the list libcurl reads; the ordinary headers hang behind it.
///
/// libcurl copies the line into its send buffer, which we cannot reach. Its allocator is ours, though
/// (`ccurl_global_init_erasing`), so that copy is overwritten when libcurl frees it. nghttp2, under HTTP/2, copies
/// with the C library's own allocator: what it keeps is beyond us.
@safe struct SecretHeaderLine: ~Copyable {
    private let line: UnsafeMutablePointer<CChar>
    private let byteCount: Int
    let node: UnsafeMutablePointer<curl_slist>

    static let maximumSecretByteCount = HeaderText.maximumByteCount

    init(_ header: SecretHeaderName, secret: borrowing SecretBytes) throws(HTTPSError) {
        let lead = Array("\(header.name): \(header.prefix)".utf8)
        let byteCount = lead.count &+ secret.byteCount &+ 1
        guard secret.byteCount > 0, secret.byteCount <= Self.maximumSecretByteCount,
            secret.withBytes({ bytes in bytes.indices.allSatisfy { HeaderText.isVisible(bytes[$0]) } })
        else { throw .invalidRequest }
        unsafe line = UnsafeMutablePointer<CChar>.allocate(capacity: byteCount)
        unsafe node = UnsafeMutablePointer<curl_slist>.allocate(capacity: 1)
        self.byteCount = byteCount
        for index in lead.indices { unsafe line[index] = CChar(bitPattern: lead[index]) }
        secret.withBytes { bytes in
            for index in bytes.indices { unsafe line[lead.count + index] = CChar(bitPattern: bytes[index]) }
        }
        unsafe line[byteCount - 1] = 0
        unsafe node.initialize(to: curl_slist(data: line, next: nil))
    }

    /// From here on the line is empty; a transfer must no longer read it.
    func erase() { unsafe explicit_bzero(line, byteCount) }

    deinit {
        erase()
        unsafe node.deallocate()
        unsafe line.deallocate()
    }
}

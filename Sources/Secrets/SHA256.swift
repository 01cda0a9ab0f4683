internal import COpenSSL

/// SHA-256 of a whole, or of parts that arrive one after another.
@safe public struct SHA256: ~Copyable {
    public static let byteCount = 32

    private let context: OpaquePointer

    public init() {
        guard let context = unsafe EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
        let result = unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil)
        precondition(result == 1, "OpenSSL has SHA-256")
        unsafe self.context = context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    public mutating func update(_ part: Span<UInt8>) {
        let result = unsafe part.withUnsafeBufferPointer { part in
            unsafe EVP_DigestUpdate(context, part.baseAddress, part.count)
        }
        precondition(result == 1, "a digest takes bytes until it is finished")
    }

    /// 32 bytes.
    public consuming func finish() -> [UInt8] {
        [UInt8](capacity: Self.byteCount) { output in
            let result = unsafe output.withUnsafeMutableBufferPointer { buffer, filled in
                filled = Self.byteCount
                return unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
            }
            precondition(result == 1, "a digest can be finished once")
        }
    }

    /// 32 bytes.
    public static func digest(of whole: Span<UInt8>) -> [UInt8] {
        var digest = SHA256()
        digest.update(whole)
        return digest.finish()
    }

    /// 64 lower-case digits.
    public static func hexDigest(of whole: Span<UInt8>) -> String {
        hex(digest(of: whole).span)
    }

    /// Lower-case digits, two a byte. For public bytes: the text is not erased.
    public static func hex(_ bytes: Span<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count &* 2)
        for index in bytes.indices {
            text.append(digits[Int(bytes[index] >> 4)])
            text.append(digits[Int(bytes[index] & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

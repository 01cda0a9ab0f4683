internal import COpenSSL
internal import Glibc

/// Reads a secret from the file that `X_FILE` names or from the variable `X`.
///
/// The variable's memory is erased and the variable removed, so that neither
/// `/proc/<pid>/environ` nor a child process holds it: a second read finds nothing.
/// Call it at start-up, before there are threads that read the environment.
public enum SecretSource {
    /// `nil` when neither is set. One trailing line end is not part of the secret.
    public static func read(
        _ name: String, maximumByteCount: Int = 65_536
    ) throws(SecretSourceError) -> SecretBytes? {
        let path = unsafe getenv(name + "_FILE").map { unsafe String(cString: $0) }
        if unsafe getenv(name) != nil {
            defer { erase(name) }
            guard path == nil else { throw SecretSourceError(variable: name, reason: .setTwice) }
            return try fromVariable(name, maximumByteCount)
        }
        guard let path else { return nil }
        guard !path.isEmpty else { throw SecretSourceError(variable: name + "_FILE", reason: .empty) }
        return try SecretFile(path, variable: name + "_FILE").read(maximumByteCount)
    }

    /// A secret of a fixed length written in base64, such as a 32-byte key.
    public static func readBase64(_ name: String, byteCount: Int) throws(SecretSourceError) -> SecretBytes? {
        guard let text = try read(name) else { return nil }
        let decoded: SecretBytes
        do {
            decoded = try text.withBytes { text throws(SecretsError) in try Base64.decode(text) }
        } catch {
            throw SecretSourceError(variable: name, reason: .notBase64(byteCount: text.byteCount))
        }
        guard decoded.byteCount == byteCount else {
            let reason = SecretSourceError.Reason.wrongLength(byteCount: decoded.byteCount, expected: byteCount)
            throw SecretSourceError(variable: name, reason: reason)
        }
        return decoded
    }

    private static func fromVariable(_ name: String, _ maximum: Int) throws(SecretSourceError) -> SecretBytes {
        guard let value = unsafe getenv(name) else { throw SecretSourceError(variable: name, reason: .empty) }
        let length = unsafe strlen(value)
        guard length <= maximum else {
            throw SecretSourceError(variable: name, reason: .tooLong(byteCount: length, maximum: maximum))
        }
        let bytes = unsafe UnsafeRawBufferPointer(start: value, count: length).bindMemory(to: UInt8.self)
        let kept = unsafe bytes.span.countWithoutLineEnd
        guard kept > 0 else { throw SecretSourceError(variable: name, reason: .empty) }
        return unsafe SecretBytes(copying: bytes.span.extracting(..<kept))
    }

    /// Overwrites the value where it stands, in the process's own stack page, before the name goes.
    private static func erase(_ name: String) {
        guard let value = unsafe getenv(name) else { return }
        unsafe OPENSSL_cleanse(value, strlen(value))
        unsafe unsetenv(name)
    }
}

extension Span<UInt8> {
    /// Editors and `echo` end a file with one `\n` or `\r\n`.
    var countWithoutLineEnd: Int {
        guard count > 0, self[count - 1] == UInt8(ascii: "\n") else { return count }
        let hasReturn = count > 1 && self[count - 2] == UInt8(ascii: "\r")
        return count - (hasReturn ? 2 : 1)
    }
}

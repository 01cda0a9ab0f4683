public import Secrets

/// One master key and its number. Shared by reference, never copied.
public final class MasterKey: Sendable {
    public static let byteCount = AES256GCM.keyByteCount

    public let version: MasterKeyVersion
    /// 32 bytes that prove which key this is and tell nothing about it: an HMAC-SHA-256 over the version
    /// under a key that HKDF derives for this purpose alone.
    public let checkValue: [UInt8]

    private let key: SecretBytes

    public init(version: MasterKeyVersion, key: consuming SecretBytes) throws(VaultError) {
        guard key.byteCount == Self.byteCount else {
            throw .cryptography(.wrongKeyLength(expected: Self.byteCount, actual: key.byteCount))
        }
        self.checkValue = try Self.checkValue(of: key, version)
        self.version = version
        self.key = key
    }

    /// Whether the database's `check_value` is this key's. Takes the same time wherever they differ.
    public func isProved(by stored: Span<UInt8>) -> Bool {
        let own = checkValue
        return ConstantTime.equal(own.span, stored)
    }

    /// Whether both numbers stand for the same key. Takes the same time wherever they differ.
    public func isSameKey(as other: MasterKey) -> Bool { key.matches(other.key) }

    func makeCipher() throws(VaultError) -> AES256GCM {
        do {
            return try AES256GCM(key: key)
        } catch {
            throw .cryptography(error)
        }
    }

    private static func checkValue(
        of key: borrowing SecretBytes, _ version: MasterKeyVersion
    ) throws(VaultError) -> [UInt8] {
        let info = Array("byok/check/v1".utf8)
        let message = version.bigEndianBytes
        do {
            let checkKey = try HKDFSHA256.derive(from: key, info: info.span, byteCount: Self.byteCount)
            return HMACSHA256.code(of: message.span, key: checkKey)
        } catch {
            throw .cryptography(error)
        }
    }
}

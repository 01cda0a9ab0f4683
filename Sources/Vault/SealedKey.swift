public import Secrets

/// A sealed key as the column `sealed` holds it, checked for its shape only.
///
///     | 0x01   | nonce | ciphertext          | tag |
///     | 1 byte | 12    | as long as the key  | 16  |
public struct SealedKey: Equatable, Sendable {
    public static let formatByte: UInt8 = 0x01
    /// What sealing adds to a key's length: 29.
    public static let overhead = 1 + Nonce.byteCount + AES256GCM.tagByteCount
    /// No provider issues a key longer than this by far; a longer one is a mistake or an attack.
    public static let keyByteCounts = 1...512

    /// Where the nonce stands in the column.
    public static let nonceRange = 1..<ciphertextStart

    public let bytes: [UInt8]
    public let nonce: Nonce

    /// `column` is nil where the database says NULL.
    public init(_ column: [UInt8]?) throws(VaultError) {
        guard let column else { throw .missing }
        self.nonce = try Self.nonce(of: column.span)
        self.bytes = column
    }

    /// The nonce alone, after the checks: a rotation compares it to see whether a row is still the same.
    static func nonce(of sealed: Span<UInt8>) throws(VaultError) -> Nonce {
        guard !sealed.isEmpty else { throw .tooShort(byteCount: 0) }
        guard sealed[0] == formatByte else { throw .unknownFormat(sealed[0]) }
        guard sealed.count - overhead >= keyByteCounts.lowerBound else { throw .tooShort(byteCount: sealed.count) }
        guard sealed.count - overhead <= keyByteCounts.upperBound else { throw .tooLong(byteCount: sealed.count) }
        guard let nonce = Nonce(sealed.extracting(nonceRange)) else {
            throw .tooShort(byteCount: sealed.count)
        }
        return nonce
    }

    static let ciphertextStart = 1 + Nonce.byteCount
}

public import Secrets

/// Seals and opens keys under every master key of a keyring, with one cipher context a version.
///
/// Counts what it did: whoever opens keys writes purpose and count to the audit log.
// Noncopyable and used through `mutating` only, so the ciphers are one thread's at a time.
public struct KeySealer: ~Copyable, @unchecked Sendable {
    public private(set) var sealedCount = 0
    /// Every attempt to open, the failed ones too.
    public private(set) var openedCount = 0

    private let ciphers: [MasterKeyVersion: Cipher]
    private var nonces = NonceSource()

    public init(keyring: Keyring) throws(VaultError) {
        ciphers = try Cipher.all(of: keyring)
    }

    /// The sealed format of ``SealedKey``, 29 bytes longer than the key.
    public mutating func seal(_ key: borrowing SecretBytes, for binding: SealBinding) throws(VaultError) -> [UInt8] {
        let nonce = try attempt { () throws(SecretsError) in try nonces.next() }
        return try seal(key, for: binding, nonce: nonce)
    }

    mutating func seal(
        _ key: borrowing SecretBytes, for binding: SealBinding, nonce: Nonce
    ) throws(VaultError) -> [UInt8] {
        guard key.byteCount >= SealedKey.keyByteCounts.lowerBound else { throw .tooShort(byteCount: key.byteCount) }
        guard key.byteCount <= SealedKey.keyByteCounts.upperBound else { throw .tooLong(byteCount: key.byteCount) }
        let cipher = try cipher(for: binding)
        let additionalData = binding.additionalData
        sealedCount &+= 1
        return try key.withBytes { key throws(VaultError) in
            try attempt { () throws(SecretsError) in try cipher.seal(key, nonce, additionalData) }
        }
    }

    /// Throws an error with `isRowsFault` for anything but this very row's bytes under a key we hold.
    public mutating func open(_ sealed: Span<UInt8>, for binding: SealBinding) throws(VaultError) -> SecretBytes {
        let nonce = try SealedKey.nonce(of: sealed)
        let cipher = try cipher(for: binding)
        openedCount &+= 1
        do {
            return try cipher.value.open(
                sealed.extracting(SealedKey.ciphertextStart...), nonce: nonce,
                additionalData: binding.additionalData.span)
        } catch .notAuthentic {
            throw .notAuthentic
        } catch {
            throw .cryptography(error)
        }
    }

    public mutating func open(_ sealed: SealedKey, for binding: SealBinding) throws(VaultError) -> SecretBytes {
        try open(sealed.bytes.span, for: binding)
    }

    private func cipher(for binding: SealBinding) throws(VaultError) -> Cipher {
        guard let cipher = ciphers[binding.masterKeyVersion] else {
            throw .unknownMasterKeyVersion(binding.masterKeyVersion)
        }
        return cipher
    }
}

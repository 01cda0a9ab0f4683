internal import Secrets

/// Seals stored keys anew under one master key: a rotation's inner loop.
///
/// Each is opened, sealed under a random nonce, and opened again to be compared before anybody sees the result. The
/// plaintext stays in one buffer on the secure heap that is erased after every row; nothing is allocated but the result.
// Noncopyable and used through `mutating` only, so ciphers and buffers are one thread's at a time.
public struct Rewrapper: ~Copyable, @unchecked Sendable {
    public let target: MasterKeyVersion
    /// Stored keys opened, failed attempts included.
    public private(set) var openedCount = 0
    /// Seals made, and so opened once more for the comparison.
    public private(set) var sealedCount = 0

    private let ciphers: [MasterKeyVersion: Cipher]
    private let targetCipher: Cipher
    private var nonces = NonceSource()
    private var plaintext = SecretBuffer(capacity: SealedKey.keyByteCounts.upperBound)
    private var proof = SecretBuffer(capacity: SealedKey.keyByteCounts.upperBound)
    private var additionalData: [UInt8] = []

    public init(keyring: Keyring, target: MasterKeyVersion) throws(VaultError) {
        let ciphers = try Cipher.all(of: keyring)
        guard let targetCipher = ciphers[target] else { throw .unknownMasterKeyVersion(target) }
        self.ciphers = ciphers
        self.target = target
        self.targetCipher = targetCipher
    }

    /// What to store instead of `sealed`, as long as it. `binding` is the row's, with the version it is sealed under.
    ///
    /// Throws an error with `isRowsFault` for anything but this very row's bytes under a key we hold.
    public mutating func rewrap(_ sealed: Span<UInt8>, for binding: SealBinding) throws(VaultError) -> [UInt8] {
        defer { erase() }
        try openRow(sealed, binding)
        let nonce = try attempt { () throws(SecretsError) in try nonces.next() }
        SealBinding.replaceVersion(in: &additionalData, by: target)
        let result = try seal(nonce)
        sealedCount &+= 1
        try prove(result, nonce)
        return result
    }

    /// Whether the row opens under its own version; the plaintext is erased at once.
    public mutating func check(_ sealed: Span<UInt8>, for binding: SealBinding) throws(VaultError) {
        defer { erase() }
        try openRow(sealed, binding)
    }

    private mutating func openRow(_ sealed: Span<UInt8>, _ binding: SealBinding) throws(VaultError) {
        let nonce = try SealedKey.nonce(of: sealed)
        guard let cipher = ciphers[binding.masterKeyVersion] else {
            throw .unknownMasterKeyVersion(binding.masterKeyVersion)
        }
        binding.write(into: &additionalData)
        openedCount &+= 1
        do throws(SecretsError) {
            try cipher.open(sealed, nonce, additionalData, into: &plaintext)
        } catch .notAuthentic {
            throw .notAuthentic
        } catch {
            throw .cryptography(error)
        }
    }

    private func seal(_ nonce: Nonce) throws(VaultError) -> [UInt8] {
        try plaintext.withBytes { key throws(VaultError) in
            try attempt { () throws(SecretsError) in
                try targetCipher.seal(key, nonce, additionalData)
            }
        }
    }

    /// Guards against faulty hardware and our own mistakes: what does not open to the same key is never stored.
    private mutating func prove(_ sealed: [UInt8], _ nonce: Nonce) throws(VaultError) {
        do throws(SecretsError) {
            try targetCipher.open(sealed.span, nonce, additionalData, into: &proof)
        } catch {
            throw .notReproduced
        }
        let isSame = plaintext.withBytes { key in proof.withBytes { ConstantTime.equal(key, $0) } }
        guard isSame else { throw .notReproduced }
    }

    private mutating func erase() {
        plaintext.removeAll()
        proof.removeAll()
    }
}

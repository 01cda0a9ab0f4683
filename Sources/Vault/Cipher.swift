internal import Secrets

/// The cipher of one master key; a dictionary cannot hold what is not copyable.
final class Cipher {
    var value: AES256GCM

    init(_ value: consuming AES256GCM) { self.value = value }

    static func all(of keyring: Keyring) throws(VaultError) -> [MasterKeyVersion: Cipher] {
        var ciphers: [MasterKeyVersion: Cipher] = [:]
        for version in keyring.versions {
            ciphers[version] = try keyring[version].map { key throws(VaultError) in Cipher(try key.makeCipher()) }
        }
        return ciphers
    }

    /// The whole sealed format.
    func seal(_ key: Span<UInt8>, _ nonce: Nonce, _ additionalData: [UInt8]) throws(SecretsError) -> [UInt8] {
        try [UInt8](capacity: key.count + SealedKey.overhead) { output throws(SecretsError) in
            output.append(SealedKey.formatByte)
            for index in nonce.bytes.indices { output.append(nonce.bytes[index]) }
            try value.seal(key, nonce: nonce, additionalData: additionalData.span, into: &output)
        }
    }

    /// Appends the key that `sealed` holds, whose shape was checked, to `buffer`.
    func open(
        _ sealed: Span<UInt8>, _ nonce: Nonce, _ additionalData: [UInt8], into buffer: inout SecretBuffer
    ) throws(SecretsError) {
        try buffer.append { output throws(SecretsError) in
            try value.open(
                sealed.extracting(SealedKey.ciphertextStart...), nonce: nonce, additionalData: additionalData.span,
                into: &output)
        }
    }
}

func attempt<Result>(_ body: () throws(SecretsError) -> Result) throws(VaultError) -> Result {
    do {
        return try body()
    } catch {
        throw .cryptography(error)
    }
}

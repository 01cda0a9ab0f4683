public import FoundationEssentials

/// The row that a sealed key belongs to. Whatever differs here, the sealed bytes do not open.
///
///     | "byok/v1" | 0x00 | key id | user id | master key version | provider |
///     | 7 bytes   | 1    | 16     | 16      | 4, big-endian      | ASCII    |
public struct SealBinding: Equatable, Sendable {
    public let keyID: UUID
    public let userID: UUID
    public let masterKeyVersion: MasterKeyVersion
    /// As the column `provider` spells it, in ASCII.
    public let provider: String

    public init(keyID: UUID, userID: UUID, masterKeyVersion: MasterKeyVersion, provider: String) {
        self.keyID = keyID
        self.userID = userID
        self.masterKeyVersion = masterKeyVersion
        self.provider = provider
    }

    /// The same row under another master key: what a rotation seals for.
    public func under(_ version: MasterKeyVersion) -> SealBinding {
        SealBinding(keyID: keyID, userID: userID, masterKeyVersion: version, provider: provider)
    }

    /// What AES-GCM authenticates beside the ciphertext. Unambiguous: only the last field varies in length.
    public var additionalData: [UInt8] {
        var data = Array("byok/v1".utf8)
        data.append(0)
        data += keyID.bytes
        data += userID.bytes
        data += masterKeyVersion.bigEndianBytes
        data += provider.utf8
        return data
    }
}

extension UUID {
    /// In the order of the text form.
    fileprivate var bytes: [UInt8] {
        let all = uuid
        return [
            all.0, all.1, all.2, all.3, all.4, all.5, all.6, all.7, all.8, all.9, all.10, all.11, all.12, all.13,
            all.14, all.15,
        ]
    }
}

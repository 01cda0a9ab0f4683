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

    private static let prefix = Array("byok/v1\0".utf8)

    /// What AES-GCM authenticates beside the ciphertext. Unambiguous: only the last field varies in length.
    public var additionalData: [UInt8] {
        var data: [UInt8] = []
        write(into: &data)
        return data
    }

    /// The same into memory that is used again.
    func write(into data: inout [UInt8]) {
        data.removeAll(keepingCapacity: true)
        data.append(contentsOf: Self.prefix)
        keyID.append(to: &data)
        userID.append(to: &data)
        masterKeyVersion.append(to: &data)
        data.append(contentsOf: provider.utf8)
    }

    /// What `write` wrote, for the same row under another master key.
    static func replaceVersion(in data: inout [UInt8], by version: MasterKeyVersion) {
        for (offset, byte) in version.bigEndianBytes.enumerated() { data[versionStart + offset] = byte }
    }

    private static let versionStart = 40
}

extension UUID {
    /// In the order of the text form.
    fileprivate func append(to data: inout [UInt8]) {
        let all = uuid
        let bytes: [16 of UInt8] = [
            all.0, all.1, all.2, all.3, all.4, all.5, all.6, all.7, all.8, all.9, all.10, all.11, all.12, all.13,
            all.14, all.15,
        ]
        for index in bytes.indices { data.append(bytes[index]) }
    }
}

public import Postgres
public import Secrets

/// Why a stored key or a master key cannot be used. Numbers and lengths only.
public enum VaultError: Error, Equatable, Sendable {
    /// The column is NULL.
    case missing
    case tooShort(byteCount: Int)
    case tooLong(byteCount: Int)
    /// The first byte names a format that this version does not know.
    case unknownFormat(UInt8)
    /// The keyring has no such master key: the configuration's fault, not the row's.
    case unknownMasterKeyVersion(MasterKeyVersion)
    /// Altered, sealed for another row, or under another master key.
    case notAuthentic
    /// `entry` counts from 1; `byteCount` is the length of that entry.
    case malformedKeyring(entry: Int, byteCount: Int, fault: KeyringFault)
    case emptyKeyring
    case unreadableKeyring(SecretSourceError)
    /// The configured key of that version is not the one whose check value is registered.
    case wrongMasterKey(MasterKeyVersion)
    case noCurrentMasterKey
    /// 2^32 seals are booked: rotate.
    case noSealsLeft(MasterKeyVersion)
    case database(PostgresError)
    /// OpenSSL or its random source refused: nothing about the row.
    case cryptography(SecretsError)
    /// What was sealed anew does not open to the same key: faulty hardware, or a mistake of ours. Nothing was stored.
    case notReproduced

    /// True when only this row is lost: quarantine it and go on.
    public var isRowsFault: Bool { quarantineReason != nil }

    /// The plain code that a quarantined row bears; nil where the fault is not the row's.
    public var quarantineReason: StaticString? {
        switch self {
        case .missing: "missing"
        case .tooShort: "too_short"
        case .tooLong: "too_long"
        case .unknownFormat: "unknown_format"
        case .notAuthentic: "not_authentic"
        case .unknownMasterKeyVersion, .malformedKeyring, .emptyKeyring, .unreadableKeyring, .cryptography,
            .notReproduced, .wrongMasterKey, .noCurrentMasterKey, .noSealsLeft, .database:
            nil
        }
    }
}

/// What is wrong with one entry of a keyring.
public enum KeyringFault: Equatable, Sendable {
    case noColon
    /// Not a decimal number from 1 to 2,147,483,647 without sign or leading zero.
    case badVersion
    case notBase64
    case wrongKeyLength(byteCount: Int)
    /// Two entries of one version, even when they are equal.
    case repeatedVersion(MasterKeyVersion)
}

public import Batch
public import Vault

extension MasterKeyVersion: Loggable {
    public var logged: LogValue { .integer(Int64(rawValue)) }
}

extension KeyringFault: Loggable {
    public var logged: LogValue {
        switch self {
        case .noColon: .text("has no colon; expected version:base64")
        case .badVersion: .text("has no whole number from 1 on before the colon")
        case .notBase64: .text("has no base64 behind the colon")
        case .wrongKeyLength(let byteCount): .text("holds a key of \(byteCount) bytes; expected 32")
        case .repeatedVersion(let version): .text("repeats version \(version); each may stand there once")
        }
    }
}

/// The header that carries the secret, and what stands before the secret in it (`"Bearer "`).
public struct SecretHeaderName: Hashable, Sendable {
    public let name: String
    public let prefix: String

    public init(name: String, prefix: String = "") {
        self.name = name
        self.prefix = prefix
    }

    var isValid: Bool { HeaderText.isName(name) && HeaderText.isValue(prefix) }
}

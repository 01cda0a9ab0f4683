/// What key material was wrapped in.
public enum Encoding: String, Sendable {
    case percent, json, base64, hex
    case nodeBuffer = "node-buffer"
    case utf16 = "utf-16"
    case gzip
    case splitLine = "split-line"
}

extension [Encoding] {
    /// The outermost first: `gzip+base64` is base64 inside of gzip. `plain` for none.
    public var name: String { isEmpty ? "plain" : map(\.rawValue).joined(separator: "+") }
}

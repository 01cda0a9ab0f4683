/// What may stand in a header, so that no caller's text can start a second one.
enum HeaderText {
    static let maximumByteCount = 4096

    /// RFC 9110 token; libcurl and the connection own the framing headers.
    static func isName(_ text: some StringProtocol) -> Bool {
        let bytes = text.utf8
        guard !bytes.isEmpty, bytes.count <= 64 else { return false }
        return bytes.allSatisfy(isTokenByte) && !reserved.contains(text.lowercased())
    }

    /// Printable ASCII and inner spaces.
    static func isValue(_ text: some StringProtocol) -> Bool {
        let bytes = text.utf8
        return bytes.count <= maximumByteCount && bytes.allSatisfy(isPrintable)
    }

    static func isPrintable(_ byte: UInt8) -> Bool { byte >= 0x20 && byte <= 0x7E }

    /// Printable and not a space: what a key is made of.
    static func isVisible(_ byte: UInt8) -> Bool { byte >= 0x21 && byte <= 0x7E }

    private static let reserved: Set<String> = [
        "connection", "content-length", "cookie", "expect", "host", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

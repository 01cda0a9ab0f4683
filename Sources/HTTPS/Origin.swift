/// Where a request may go: a public host over https, or a loopback server over plain http.
/// There is no way to make one from a stored or received URL of a public host.
public struct Origin: Hashable, Sendable {
    enum Reach: Hashable, Sendable { case publicHost, loopback }

    /// Lower-case host name, or an address literal as it stands in a URL.
    public let host: String
    public let port: UInt16
    let reach: Reach

    /// A public host compiled into the program, port 443.
    public static func https(_ host: StaticString) -> Origin { https(host, port: 443) }

    /// Another port is for tests, which cannot listen on 443.
    package static func https(_ host: StaticString, port: UInt16) -> Origin {
        let name = host.description
        precondition(isHostName(name), "a compiled-in host must be a lower-case public host name")
        return Origin(host: name, port: port, reach: .publicHost)
    }

    /// `http://127.0.0.1[:port]` or `http://[::1][:port]`, nothing else: no other host, no name, no user, no path.
    public static func loopback(_ text: String) throws(HTTPSError) -> Origin {
        for literal in ["127.0.0.1", "[::1]"] where text.hasPrefix("http://" + literal) {
            let rest = text.dropFirst("http://".count + literal.count)
            return Origin(host: literal, port: try port(rest), reach: .loopback)
        }
        throw .invalidRequest
    }

    var scheme: String { reach == .publicHost ? "https" : "http" }
    var text: String { "\(scheme)://\(host):\(port)" }

    private static func port(_ text: Substring) throws(HTTPSError) -> UInt16 {
        let text = text.hasSuffix("/") ? text.dropLast() : text
        if text.isEmpty { return 80 }
        let digits = text.dropFirst()
        guard text.hasPrefix(":"), digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let port = UInt16(digits), port > 0
        else { throw .invalidRequest }
        return port
    }

    private static func isHostName(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, text.utf8.count <= 253, let last = labels.last?.utf8.first, isLetter(last) else {
            return false
        }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { isLetter($0) || ($0 >= 0x30 && $0 <= 0x39) || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte >= 0x61 && byte <= 0x7A }
}

/// Tells texts that would make libpq take a piece of a password for a name, which messages then show.
enum ConnectionText {
    /// Whether a URI has an unescaped `@` or `/` in its password: then libpq reads the rest of it as host or database.
    ///
    /// libpq ends the user information at the first `@`, unless a `/` comes before. A second `@`, or one behind that
    /// `/`, was meant to be the end.
    static func hidesPassword(_ text: Span<UInt8>) -> Bool {
        guard let start = authority(text) else { return false }
        var position = start
        while position < text.count, text[position] != UInt8(ascii: "@"), text[position] != UInt8(ascii: "/") {
            position &+= 1
        }
        position &+= 1
        while position < text.count, text[position] != UInt8(ascii: "?") {
            if text[position] == UInt8(ascii: "@") { return true }
            position &+= 1
        }
        return false
    }

    /// What messages may show under that keyword of libpq's. A leading `@` of a host is an abstract socket.
    static func isName(_ value: String, _ keyword: String) -> Bool {
        let bytes = value.utf8
        switch keyword {
        case "port": return bytes.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ",") }
        case "host", "hostaddr":
            let hosts = value.split(separator: ",")
            return hosts.allSatisfy { !$0.dropFirst().contains("@") } && !holdsSettings(value)
        default: return !holdsSettings(value)
        }
    }

    /// A URI, or `keyword=value` pairs, where one name is expected.
    private static func holdsSettings(_ value: String) -> Bool {
        value.contains("://") || value.contains("=")
    }

    /// Where the part behind `://` begins, in a text that libpq reads as a URI.
    private static func authority(_ text: Span<UInt8>) -> Int? {
        for scheme in ["postgresql://", "postgres://"] {
            let bytes = Array(scheme.utf8)
            guard text.count >= bytes.count else { continue }
            if bytes.indices.allSatisfy({ text[$0] == bytes[$0] }) { return bytes.count }
        }
        return nil
    }
}

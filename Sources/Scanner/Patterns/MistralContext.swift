/// Whether what stands before 32 characters says that they are a Mistral key: they look like any other identifier.
enum MistralContext {
    /// Bytes before a key in which its provider is named, if at all.
    static let reach = ReadableLine.parentReach
    static let nameLength = 7
    private static let name = bytes("mistral"), provider = bytes("provider")
    private static let key = bytes("key")
    /// Headers before one that has the key: of a request printed line by line.
    private static let hosts = ["ost: api.mistral.ai", "authority: api.mistral.ai"].map(bytes)
    /// With the provider's name in it a label says "a key" by ending in one of these words.
    private static let words = ["apikey", "key", "token", "secret", "credential", "auth", "authorization"].map(bytes)
    /// Without it only these do, whole, and only where the name stands elsewhere: a page token lies beside a model, too.
    private static let labels = [
        "api key", "apikey", "x api key", "token", "auth token", "api token", "secret", "api secret", "secret key",
        "credential", "auth", "authorization",
    ].map { $0.split(separator: " ").map { Array($0.utf8) } }
    /// Behind the label that counts.
    private static let standIns = ["value", "string", "str"].map { [bytes($0)] }
    private static let others = [
        "id", "trace", "request", "session", "span", "hash", "digest", "sum", "checksum", "etag", "cache", "entry",
    ].map(bytes)

    static func precedes(_ text: ScanText, _ position: Int) -> Bool {
        let line = ReadableLine(text, before: position)
        guard let label = Label(line.bytes[...]) else { return false }
        if label.words.last == bytes("bearer") { return line.contains(name) || hosts.contains(where: line.follows) }
        // `"name": "MISTRAL_API_KEY", "value": "…"`, `let mistralApiKey: String = "…"`
        if standIns.contains(label.words), let named = Label(line.bytes[..<label.start]), named.names(name) {
            return saysKey(named.words)
        }
        guard !label.words.contains(where: others.contains) else { return false }
        if label.names(name) { return saysKey(label.words) || label.isAssigned && label.isOnly(name) }
        guard label.isAssigned else { return false }
        let isLabelled = labels.contains(label.words)
        if line.contains(name) { return isLabelled || label.words == [key] && line.contains(provider) }
        return (isLabelled || label.words == [key]) && line.parent?.holds(name) == true
    }

    private static func saysKey(_ all: [[UInt8]]) -> Bool {
        guard !all.contains(where: others.contains) else { return false }
        let isAPIKey =
            zip(all, all.dropFirst()).contains { $0 == bytes("api") && $1 == key } || all.contains(bytes("apikey"))
        return isAPIKey || all.last.map(words.contains) == true
    }

    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
}

/// The word or words right before a value.
private struct Label {
    /// In small letters: `mistralApiKey`, `MISTRAL_API_KEY` and `Mistral API key` are three each. Empty where something like
    /// a bracket stands there.
    let words: [[UInt8]]
    /// Where it begins.
    let start: Int
    /// Whether `=`, `:` or the end of a tag stands between it and the value.
    let isAssigned: Bool

    /// Of a line that the value follows on.
    init?(_ line: ArraySlice<UInt8>) {
        guard let last = line.lastIndex(where: { !Self.isFiller($0) }) else { return nil }
        isAssigned = line[(last + 1)...].contains { "=:>".utf8.contains($0) }
        var start = Self.start(line, last)
        var words = Self.words(line[start..<last + 1])
        // `Mistral API key`: written apart.
        while start >= line.startIndex + 2, words.count < 3, line[start - 1] == UInt8(ascii: " "),
            !Self.isFiller(line[start - 2])
        {
            let before = Self.start(line, start - 2)
            let further = Self.words(line[before..<start - 1])
            guard further == [Array("api".utf8)] || further == [Array("mistral".utf8)] else { break }
            words = further + words
            start = before
        }
        self.words = words
        self.start = start
    }

    func names(_ name: [UInt8]) -> Bool { words.contains { $0.holds(name) } }

    func isOnly(_ name: [UInt8]) -> Bool { words.allSatisfy { $0.holds(name) || $0 == Array("ai".utf8) } }

    private static func isFiller(_ byte: UInt8) -> Bool { " \t\"'`:=\\>[{(]),+".utf8.contains(byte) }

    private static func start(_ line: ArraySlice<UInt8>, _ last: Int) -> Int {
        let before = line[...last].lastIndex { !($0.isWord || $0 == UInt8(ascii: ".")) }
        return before.map { $0 + 1 } ?? line.startIndex
    }

    private static func words(_ label: ArraySlice<UInt8>) -> [[UInt8]] {
        var words: [[UInt8]] = [[]]
        var wasLower = false
        for byte in label {
            if byte.isUpper && wasLower || !byte.isLetterOrDigit || byte.isDigit { words.append([]) }
            wasLower = byte.isLower
            if byte.isUpper || byte.isLower { words[words.count - 1].append(byte | 0x20) }
        }
        return words.filter { !$0.isEmpty }
    }
}

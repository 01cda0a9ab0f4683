import Secrets

/// SHA-256 over every row that was read: two reports of the same digest tell the same.
struct RowDigest: ~Copyable {
    private var digest = SHA256()
    private var waiting: [UInt8] = []

    mutating func add(_ part: String, _ body: String) {
        waiting.append(contentsOf: part.utf8)
        waiting.append(0x1F)
        waiting.append(contentsOf: body.utf8)
        waiting.append(UInt8(ascii: "\n"))
        if waiting.count > 1 << 16 { flush() }
    }

    /// 64 hexadecimal digits.
    consuming func finish() -> String {
        flush()
        return SHA256.hex(digest.finish().span)
    }

    private mutating func flush() {
        let chunk = waiting
        waiting.removeAll(keepingCapacity: true)
        digest.update(chunk.span)
    }
}

internal import Providers

/// What follows a public prefix, as far as it belongs to the key's alphabet.
struct Body {
    let start: Int
    let count: Int
    private let text: ScanText

    /// Longer than any key; what goes on behind it does not matter.
    private static let longest = 260

    init(_ text: ScanText, from start: Int, _ belongs: (UInt8) -> Bool) {
        var end = start
        while end - start < Self.longest, end < text.count, belongs(text[end]) { end += 1 }
        self.start = start
        self.text = text
        count = end - start
    }

    /// A cut key without one is a name: of a service, a host, a file.
    var hasCapital: Bool { (start..<start + count).contains { text[$0].isUpper } }

    /// A finding from `start` on: whole with exactly `whole` characters of body, else cut off. Where a marker proves the
    /// form, `isProved`, a word inside of it is chance.
    func hit(_ provider: Provider, from start: Int, whole: Int?, form: String, isProved: Bool = false) -> Hit? {
        let length = whole ?? count
        guard length >= KeyPatterns.leastBody else { return nil }
        let body = text.bytes(self.start..<self.start + length)
        guard isProved ? !Placeholder.isMonotonous(body) : !Placeholder.matches(body) else { return nil }
        let range = start..<self.start + length
        return Hit(
            range: range, kind: .pattern(provider, form: whole == nil ? form + "-part" : form), encodings: [],
            confidence: whole == nil || count > length ? .medium : .high, prefixLength: self.start - start,
            isCut: whole == nil, material: text.bytes(range))
    }
}

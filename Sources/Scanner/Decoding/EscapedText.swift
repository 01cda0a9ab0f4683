/// Text in which some or all characters are written as `%XX` or `\u00XX`.
enum EscapedText {
    /// Longer than a key written as `\u00XX` all over.
    private static let reach = 2_048

    /// The stretch around `position` of characters and escapes, to its end: the kernel marks a long one but once.
    static func range(_ text: ScanText, around position: Int) -> Range<Int> {
        var start = position, end = position + 1
        while position - start < reach, start > 0, belongs(text[start - 1]) { start -= 1 }
        while end < text.count, belongs(text[end]) { end += 1 }
        return start..<end
    }

    /// The same without its escapes; nil where there is none.
    static func decode(_ text: ScanText, _ range: Range<Int>) -> DecodedText? {
        var bytes: [UInt8] = [], places: [Int] = []
        var encoding: Encoding?
        var place = range.lowerBound
        while place < range.upperBound {
            let (byte, length, used) = character(text, place)
            if let byte {
                bytes.append(byte)
                places.append(place)
            }
            encoding = encoding ?? used
            place += length
        }
        places.append(place)
        return encoding.map { DecodedText(bytes: bytes, places: .table(places), encoding: $0) }
    }

    /// gzip in base64, in which only `+`, `/` and `=` are escaped.
    static func holdsGzip(_ text: ScanText, _ range: Range<Int>) -> Bool {
        guard range.count >= 28 else { return false }
        return (range.lowerBound..<range.upperBound - 4).contains { text.word(at: $0) == Literal.gzip }
    }

    /// The beginning of a printed buffer, as Go writes it in JSON: the blank behind it ends the stretch.
    static func endsInBuffer(_ text: ScanText, _ range: Range<Int>) -> Bool {
        text.holds("u003cBuffer ", at: range.upperBound - 11)
    }

    private static func belongs(_ byte: UInt8) -> Bool {
        byte.isWord || byte == UInt8(ascii: "%") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: ".")
    }

    private static func character(_ text: ScanText, _ place: Int) -> (UInt8?, Int, Encoding?) {
        let byte = text[place]
        if byte == UInt8(ascii: "%"), let escaped = HexText.pair(text, place + 1) { return (escaped, 3, .percent) }
        guard byte == UInt8(ascii: "\\") else { return (byte, 1, nil) }
        if text.holds("u00", at: place + 1), let escaped = HexText.pair(text, place + 4) { return (escaped, 6, .json) }
        // JSON inside of JSON: the backslash that escapes the backslash of an escape.
        if text[place + 1] == UInt8(ascii: "\\") { return (nil, 1, nil) }
        return (byte, 1, nil)
    }
}

/// UTF-16 of either order: characters with zeros between them.
enum WideText {
    /// Around the zero at `position`, which follows a letter; nil where there are too few.
    static func decode(_ text: ScanText, around position: Int, limit: Int) -> (text: DecodedText?, end: Int) {
        var first = position, last = position
        while first >= 2, text[first - 2] == 0, text[first - 1] != 0, position - first < limit { first -= 2 }
        while last + 2 < text.count, text[last + 2] == 0, text[last + 1] != 0, last - position < 2 * limit { last += 2 }
        guard last - first >= 22 else { return (nil, last + 1) }
        let bytes = stride(from: first - 1, through: last + 1, by: 2).map { text[$0] }
        let places = DecodedText.Places.scaled(start: first - 1, numerator: 2, denominator: 1)
        return (DecodedText(bytes: bytes, places: places, encoding: .utf16), last + 1)
    }
}

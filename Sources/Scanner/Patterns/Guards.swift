/// What may stand before and behind a key in a log.
enum Guards {
    /// Whether something can begin here: behind a letter or digit only when that ends an escape.
    static func allowsStart(_ text: ScanText, at position: Int) -> Bool {
        let before = text[position - 1]
        if !before.isLetterOrDigit { return true }
        return endsEscape(text, position)
    }

    /// The same for what is short enough to come up inside of base64 text or of an identifier.
    static func allowsIsolatedStart(_ text: ScanText, at position: Int) -> Bool {
        let before = text[position - 1]
        guard before != UInt8(ascii: "-"), before != UInt8(ascii: "_") else { return false }
        guard allowsStart(text, at: position) else { return false }
        let isGlued = before == UInt8(ascii: "/") || before == UInt8(ascii: "+") || before == UInt8(ascii: ".")
        return !(isGlued && followsEncodedText(text, position - 1))
    }

    /// `\n`, `\r`, `\t`, `%20`, `%2520`, `\u001b` or the `m` of an ANSI colour.
    private static func endsEscape(_ text: ScanText, _ position: Int) -> Bool {
        let last = text[position - 1]
        if text[position - 2] == UInt8(ascii: "\\"), "nrtbf".utf8.contains(last) { return true }
        if last.isHexDigit, text[position - 2].isHexDigit {
            if text[position - 3] == UInt8(ascii: "%") || text.holds("%25", at: position - 5) { return true }
            let isHex = text[position - 3].isHexDigit && text[position - 4].isHexDigit
            if isHex, text[position - 5] == UInt8(ascii: "u"), text[position - 6] == UInt8(ascii: "\\") { return true }
            if text[position - 3] == UInt8(ascii: "x"), text[position - 4] == UInt8(ascii: "\\") { return true }
        }
        return last == UInt8(ascii: "m") && endsColour(text, position - 1)
    }

    /// A run without the end of an ANSI colour at its beginning: `32m` behind `[`.
    static func behindColour(_ text: ScanText, _ run: Range<Int>) -> Range<Int> {
        guard run.count > 32, run.count <= 40, let letter = run.prefix(8).first(where: { !text[$0].isDigit }),
            text[letter] == UInt8(ascii: "m"), endsColour(text, letter)
        else { return run }
        return letter + 1..<run.upperBound
    }

    private static func endsColour(_ text: ScanText, _ letter: Int) -> Bool {
        var place = letter - 1
        while letter - place < 20, text[place].isDigit || text[place] == UInt8(ascii: ";") { place -= 1 }
        return text[place] == UInt8(ascii: "[")
    }

    /// Sixteen characters of base64 with capitals, small letters and digits right before: an image or a token.
    private static func followsEncodedText(_ text: ScanText, _ end: Int) -> Bool {
        var capitals = false, small = false, digits = false
        for place in end - 16..<end {
            let byte = text[place]
            guard byte.isWord || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/") else { return false }
            if byte.isDigit { digits = true } else if byte & 0x20 == 0 { capitals = true } else { small = true }
        }
        return capitals && small && digits
    }
}

extension UInt8 {
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
    var isUpper: Bool { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") }
    var isLower: Bool { self >= UInt8(ascii: "a") && self <= UInt8(ascii: "z") }
    var isLetterOrDigit: Bool { isDigit || isUpper || isLower }
    /// The widest alphabet of a key.
    var isWord: Bool { isLetterOrDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: "_") }
    var isLowerHexDigit: Bool { isDigit || self >= UInt8(ascii: "a") && self <= UInt8(ascii: "f") }
    var isHexDigit: Bool { isLowerHexDigit || self >= UInt8(ascii: "A") && self <= UInt8(ascii: "F") }

    var hexValue: UInt8? {
        guard isHexDigit else { return nil }
        return isDigit ? self - UInt8(ascii: "0") : (self | 0x20) - UInt8(ascii: "a") + 10
    }
}

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
        // What Markdown prints bold.
        if text.holds("__", at: position - 2), !text[position - 3].isWord { return true }
        guard before != UInt8(ascii: "-"), before != UInt8(ascii: "_") else { return false }
        guard allowsStart(text, at: position) else { return false }
        let isGlued = before == UInt8(ascii: "/") || before == UInt8(ascii: "+") || before == UInt8(ascii: ".")
        return !(isGlued && followsEncodedText(text, position - 1))
    }

    /// A run of 32 characters without the end of an escape at its beginning: `32m` behind `[`, `3D` behind `%`.
    static func behindEscape(_ text: ScanText, _ run: Range<Int>) -> Range<Int> {
        let start = run.upperBound - 32
        return run.count > 32 && run.count <= 40 && endsEscape(text, start) ? start..<run.upperBound : run
    }

    /// `\n`, `\012`, `#012`, `%20`, `%2520`, `=3D`, `\u001b`, `\x1b`, or the end of what steers a terminal.
    private static func endsEscape(_ text: ScanText, _ position: Int) -> Bool {
        let last = text[position - 1]
        if text[position - 2] == UInt8(ascii: "\\"), "nrtbfvae0".utf8.contains(last) { return true }
        if last.isHexDigit, text[position - 2].isHexDigit, endsNumber(text, position) { return true }
        return endsControl(text, position - 1)
    }

    private static func endsNumber(_ text: ScanText, _ position: Int) -> Bool {
        switch text[position - 3] {
        case UInt8(ascii: "%"): return true
        // Quoted-printable has capitals.
        case UInt8(ascii: "="): return !text[position - 1].isLower && !text[position - 2].isLower
        case UInt8(ascii: "x"): return text[position - 4] == UInt8(ascii: "\\")
        case UInt8(ascii: "0"), UInt8(ascii: "1"):
            // Octal, as rsyslog and the shell write control characters.
            if "\\#".utf8.contains(text[position - 4]) { return true }
        default: break
        }
        let isHex = text[position - 3].isHexDigit && text[position - 4].isHexDigit
        if isHex, text[position - 5] == UInt8(ascii: "u"), text[position - 6] == UInt8(ascii: "\\") { return true }
        return text.holds("%25", at: position - 5)
    }

    /// `[32m`; with an escape before it also `[0K` and `(B`.
    private static func endsControl(_ text: ScanText, _ letter: Int) -> Bool {
        guard text[letter].isLetterOrDigit else { return false }
        var place = letter - 1
        while letter - place < 20, text[place].isDigit || text[place] == UInt8(ascii: ";") { place -= 1 }
        let isSequence = text[place] == UInt8(ascii: "[")
        if isSequence, text[letter] == UInt8(ascii: "m") { return true }
        guard isSequence || place == letter - 1 && text[place] == UInt8(ascii: "(") else { return false }
        // The character itself, or as it is written: \u001b, \x1B, \033, \e, ^[.
        return "\u{1b}bB3e[".utf8.contains(text[place - 1])
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

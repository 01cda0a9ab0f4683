extension Terminal {
    /// Text that may be shown whatever it holds: control, bidirectional and other invisible characters become `\u{…}`.
    ///
    /// Escape sequences retitle windows and rewrite lines; bidirectional marks make one text look like another.
    public static func escape(_ text: String) -> String {
        // Nearly every text is so, and a report has hundreds of thousands.
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isHarmless(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            }
        }
        return result
    }

    public static func escape(_ text: some StringProtocol) -> String { escape(String(text)) }

    /// The same for each line of a text whose line ends are ours.
    public static func escapeLines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { escape($0) }.joined(separator: "\n")
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value < 0x7F }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
        default: return true
        }
    }
}

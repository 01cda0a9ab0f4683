import Reports

/// The language of a page: each text stands in both, side by side, so that neither is forgotten.
struct Tongue: Sendable {
    let language: PageLanguage

    func callAsFunction(_ english: String, _ french: String) -> String {
        language == .french ? Self.spaced(french) : english
    }

    /// Exact digits: `-62.5` in English, as JSON has it, `−62,5` in French.
    func number(_ number: ExactDecimal?) -> Cell {
        guard let number else { return .unknown }
        return .decimal(digits(number.description))
    }

    func percent(_ rate: ExactDecimal?) -> Cell {
        guard let rate else { return .unknown }
        return .decimal(digits(Self.twoPlaces(rate.description)))
    }

    func percentText(_ rate: ExactDecimal) -> String {
        digits(rate.description) + (language == .french ? "\u{202F}%" : " %")
    }

    /// Digits as this language writes them, thousands apart in French and as they are in English.
    func digits(_ text: String) -> String {
        guard language == .french else { return text }
        let isNegative = text.hasPrefix("-")
        let parts = text.drop { $0 == "-" }.split(separator: ".")
        var whole = ""
        let digits = Array(parts.first ?? "0")
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { whole += "\u{202F}" }
            whole.append(digit)
        }
        return (isNegative ? "−" : "") + whole + (parts.count > 1 ? "," + parts[1] : "")
    }

    private static func twoPlaces(_ text: String) -> String {
        let places = text.split(separator: ".").dropFirst().first?.count ?? 0
        guard places < 2 else { return text }
        return text + (places == 0 ? ".00" : "0")
    }

    /// A narrow no-break space stands before French double punctuation and inside guillemets.
    private static func spaced(_ text: String) -> String {
        var result = ""
        var last: Character = "\n"
        for character in text {
            if "?!:;»%".contains(character), last == " " { result.removeLast(); result += "\u{202F}" }
            if last == "«", character == " " {
                result += "\u{202F}"
            } else {
                result.append(character)
            }
            last = character
        }
        return result
    }
}

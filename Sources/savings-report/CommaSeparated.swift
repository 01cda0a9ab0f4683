import System

/// One line of CSV (RFC 4180 but for the line end) that a spreadsheet shows and does not run.
struct CommaSeparated {
    private(set) var bytes: [UInt8] = []
    private var isFirst = true

    /// A value of ours: a number, a moment, a name. Empty for null.
    mutating func add(_ value: String?) { append(value ?? "", quoting: false) }

    mutating func add(_ value: ExactDecimal?) { add(value?.description) }
    mutating func add(_ value: Int) { add(String(value)) }
    mutating func add(_ value: Timestamp?) { add(value?.description) }

    /// Words of somebody else. What a spreadsheet takes for a formula gets an apostrophe before it (OWASP, "CSV
    /// injection"); control and bidirectional characters are made visible.
    mutating func add(foreign value: String?) {
        guard let value else { return add(nil as String?) }
        let visible = Terminal.escape(value)
        let isFormula = visible.first.map { "=+-@\t\r".contains($0) || $0.isWhitespace } ?? false
        append(isFormula ? "'" + visible : visible, quoting: true)
    }

    mutating func end() {
        bytes.append(UInt8(ascii: "\n"))
        isFirst = true
    }

    static func header(_ names: [String]) -> [UInt8] { Array((names.joined(separator: ",") + "\n").utf8) }

    private mutating func append(_ text: String, quoting: Bool) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        guard quoting, text.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }) else {
            bytes.append(contentsOf: text.utf8)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension LineFigures {
    static let header = [
        "month", "kind", "provider", "mode", "price_list", "price_own_key", "analyses", "unpriced", "irregular",
        "credits_list", "credits_charged", "credits_not_charged",
    ]

    var csv: [UInt8] {
        var line = CommaSeparated()
        line.add(month)
        line.add(foreign: kind)
        line.add(foreign: provider)
        line.add(mode)
        line.add(priceList)
        line.add(priceOwnKey)
        line.add(analyses)
        line.add(unpriced)
        line.add(irregular)
        line.add(list)
        line.add(chargedInAll)
        line.add(saved)
        line.end()
        return line.bytes
    }
}

extension OutageFigures {
    static let header = [
        "user_id", "key_id", "provider", "label", "reason", "disabled_at", "ended_at", "ended_by", "hours_in_period",
        "mail", "mail_sent_at", "analyses", "credits_missed",
    ]

    var csv: [UInt8] {
        var line = CommaSeparated()
        line.add(userID)
        line.add(keyID)
        line.add(provider)
        line.add(foreign: label)
        line.add(foreign: reason)
        line.add(disabledAt)
        line.add(endedAt)
        line.add(endedBy)
        line.add(hours)
        line.add(mail)
        line.add(mailSentAt)
        line.add(analyses)
        line.add(missed)
        line.end()
        return line.bytes
    }
}

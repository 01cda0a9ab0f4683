extension Timestamp: LosslessStringConvertible, Codable {
    public var description: String {
        let fraction = parts.microsecond
        let digits = fraction == 0 ? "" : "." + Self.padded(fraction, to: 6)
        return date("-") + "T" + time(":") + digits + "Z"
    }

    /// For names of files and folders, whole seconds: `20261123T132815Z`.
    public var compact: String {
        date("") + "T" + time("") + "Z"
    }

    /// Reads what `description` writes, and PostgreSQL's `2026-11-23 13:28:15.1+00`; nil for anything else.
    ///
    /// Years 0000 to 9999. An offset from UTC must be given; digits beyond microseconds are not accepted.
    public init?(_ description: String) {
        var reader = TimestampReader(text: Array(description.utf8))
        guard let moment = reader.read() else { return nil }
        self = moment
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let moment = Timestamp(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an ISO-8601 moment")
        }
        self = moment
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    private func date(_ separator: String) -> String {
        let date = CivilDate(daysSince1970: parts.day)
        let sign = date.year < 0 ? "-" : (date.year > 9999 ? "+" : "")
        let year = sign + Self.padded(abs(date.year), to: sign.isEmpty ? 4 : 6)
        return [year, Self.padded(date.month, to: 2), Self.padded(date.day, to: 2)].joined(separator: separator)
    }

    private func time(_ separator: String) -> String {
        let second = parts.second
        return [second / 3600, second / 60 % 60, second % 60]
            .map { Self.padded($0, to: 2) }.joined(separator: separator)
    }

    private var parts: (day: Int, second: Int, microsecond: Int) {
        let (seconds, microsecond) = Self.divided(microseconds, by: 1_000_000)
        let (day, second) = Self.divided(seconds, by: 86400)
        return (Int(day), Int(second), Int(microsecond))
    }

    private static func divided(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func padded(_ value: Int, to width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

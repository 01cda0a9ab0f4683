/// A decimal number as whole 10^-12 parts: room for every sum of credits and of provider prices, and never rounded.
struct ExactDecimal: Sendable, Hashable, Comparable {
    static let zero = ExactDecimal(parts: 0)
    private static let places = 12
    private static let one: Int128 = 1_000_000_000_000

    private var parts: Int128

    private init(parts: Int128) { self.parts = parts }

    /// `-62.50`, as PostgreSQL writes a numeric; nil for `NaN`, and for what does not fit.
    init?(_ text: some StringProtocol) { self.init(bytes: text.utf8) }

    /// The same, in ASCII.
    init?(bytes: some Collection<UInt8>) {
        var digits = bytes[...]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits = digits.dropFirst() }
        var value: Int128 = 0
        var fraction: Int?
        var count = 0
        for byte in digits {
            if byte == UInt8(ascii: "."), fraction == nil {
                fraction = 0
                continue
            }
            guard (0x30...0x39).contains(byte) else { return nil }
            count &+= 1
            if let places = fraction {
                guard places < Self.places || byte == 0x30 else { return nil }
                if places >= Self.places { continue }
                fraction = places &+ 1
            }
            let (scaled, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowed) = scaled.addingReportingOverflow(Int128(byte &- 0x30))
            guard !tooLarge, !overflowed else { return nil }
            value = sum
        }
        guard count > 0 else { return nil }
        guard value != 0 else { self = .zero; return }
        for _ in (fraction ?? 0)..<Self.places {
            let (scaled, overflowed) = value.multipliedReportingOverflow(by: 10)
            guard !overflowed else { return nil }
            value = scaled
        }
        parts = isNegative ? 0 - value : value
    }

    /// Nil where the sum does not fit.
    func adding(_ other: ExactDecimal) -> ExactDecimal? {
        let (sum, overflowed) = parts.addingReportingOverflow(other.parts)
        return overflowed ? nil : ExactDecimal(parts: sum)
    }

    /// Nil where the product does not fit.
    func times(_ count: Int) -> ExactDecimal? {
        let (product, overflowed) = parts.multipliedReportingOverflow(by: Int128(count))
        return overflowed ? nil : ExactDecimal(parts: product)
    }

    /// Nil where the difference does not fit.
    func subtracting(_ other: ExactDecimal) -> ExactDecimal? {
        let (difference, overflowed) = parts.subtractingReportingOverflow(other.parts)
        return overflowed ? nil : ExactDecimal(parts: difference)
    }

    static func < (left: ExactDecimal, right: ExactDecimal) -> Bool { left.parts < right.parts }

    /// Rounded half away from zero, for drawing.
    var rounded: Int {
        let half = parts < 0 ? -Self.one / 2 : Self.one / 2
        let (sum, overflowed) = parts.addingReportingOverflow(half)
        return Int(clamping: (overflowed ? parts : sum) / Self.one)
    }
}

extension ExactDecimal: CustomStringConvertible {
    /// Without zeros at the end: `-62.5`.
    var description: String {
        let magnitude = parts.magnitude
        let whole = magnitude / Self.one.magnitude
        let fraction = String(magnitude % Self.one.magnitude)
        let padded = String(repeating: "0", count: Self.places &- fraction.utf8.count) + fraction
        let digits = padded.reversed().drop { $0 == "0" }.reversed()
        return (parts < 0 ? "-" : "") + String(whole) + (digits.isEmpty ? "" : "." + String(digits))
    }
}

/// What a credit costs in money, as an operator says.
struct CreditPrice: Sendable, Equatable {
    /// Above zero, at most six decimals.
    let amount: ExactDecimal
    /// ISO 4217.
    let currency: String
    /// Where the price was read, and when.
    let source: String?

    /// `0.20 EUR`.
    init?(_ text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, let amount = ExactDecimal(parts[0]), amount > .zero, parts[0].utf8.count <= 13,
            parts[1].utf8.count == 3, parts[1].utf8.allSatisfy({ (0x41...0x5A).contains($0) }),
            (parts[0].split(separator: ".").dropFirst().first?.utf8.count ?? 0) <= 6
        else { return nil }
        self.init(amount: amount, currency: String(parts[1]), source: nil)
    }

    private init(amount: ExactDecimal, currency: String, source: String?) {
        self.amount = amount
        self.currency = currency
        self.source = source
    }

    func from(_ source: String?) -> CreditPrice { CreditPrice(amount: amount, currency: currency, source: source) }
}

import Batch
import FoundationEssentials
import System

/// Something published about savings, to be held against the price list and what was measured.
struct Claim: Sendable, Equatable {
    enum Basis: String, Sendable, CaseIterable {
        /// "Up to": holds where enough of the users reach it.
        case upTo = "up_to"
        /// "On average": holds where the ratio of all sums reaches it.
        case average
        /// "1.5 instead of 4": holds where the ratio of sums of own-key analyses reaches it, whatever ran on the plan.
        case price
    }

    /// The published words.
    let text: String
    /// Kind of analysis and provider it is about; nil for all.
    let kind: String?
    let provider: String?
    let basis: Basis
    /// Percent of the list price, `-65` for 65 % less.
    let rate: ExactDecimal
    /// Percent of the users who must reach an "up to". The UK's CAP asks for a significant proportion, and its rulings
    /// for about one in ten (asa.org.uk, "Promotional savings claims").
    let minimumShare: ExactDecimal

    private static let names: Set<String> = [
        "text", "kind", "provider", "basis", "rate_percent", "minimum_share_percent",
    ]

    /// From the members of its JSON object, numbers as texts: a JSON number may lose digits on its way. Nil where it
    /// cannot be meant, such as a rate without its sign, which every user would reach.
    init?(_ members: [String: String?]) {
        func member(_ name: String) -> String? { members[name] ?? nil }
        let wholly = ExactDecimal("100")
        guard Self.names.isSuperset(of: members.keys), let text = member("text"), !text.isEmpty,
            let rate = member("rate_percent").flatMap({ ExactDecimal($0) }), rate < .zero,
            let least = ExactDecimal("-100"), rate >= least,
            let share = ExactDecimal(member("minimum_share_percent") ?? "10"), share > .zero,
            let wholly, share <= wholly, let basis = Basis(rawValue: member("basis") ?? Basis.upTo.rawValue)
        else { return nil }
        self.text = text
        kind = member("kind")
        provider = member("provider")
        self.basis = basis
        self.rate = rate
        minimumShare = share
    }
}

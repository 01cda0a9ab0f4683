/// Why a user has no rate, and is in no average of rates: the first that is so.
enum LeftOut: String, Sendable, CaseIterable {
    /// No analyses in the period: only something was given back.
    case returnsOnly = "returns_only"
    case noKey = "no_key"
    /// Of no analysis both list price and charge are known.
    case allSetAside = "all_set_aside"
    /// The list price of all analyses is 0: in the ratio of sums all the same.
    case listZero = "list_zero"
}

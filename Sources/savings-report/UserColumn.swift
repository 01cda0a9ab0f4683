/// The columns of `users.csv`, in the order in which `savings_parts.sql` gives them.
enum UserColumn: String, CaseIterable {
    case userID = "user_id"
    case hasKey = "own_key_user"
    case analyses, eligible
    case ownKey = "own_key"
    case plan, fallback, unpriced
    case list = "credits_list"
    case charged = "credits_charged"
    case saved = "credits_not_charged"
    case rate = "rate_percent"
    case missed = "credits_missed"
    case missedNotKnown = "missed_not_known"
    case missedKeyRejected = "missed_key_rejected"
    case missedKeyDisabled = "missed_key_disabled"
    case missedBalanceEmpty = "missed_provider_balance_empty"
    case missedRateLimited = "missed_rate_limited"
    case missedProviderOutage = "missed_provider_outage"
    case missedNotChecked = "missed_not_checked"
    case missedUserChoice = "missed_user_choice"
    case missedNoKey = "missed_no_key"
    case missedUnknown = "missed_unknown"
    case analysesKeyRejected = "analyses_key_rejected"
    case analysesKeyDisabled = "analyses_key_disabled"
    case analysesBalanceEmpty = "analyses_provider_balance_empty"
    case analysesRateLimited = "analyses_rate_limited"
    case analysesProviderOutage = "analyses_provider_outage"
    case analysesNotChecked = "analyses_not_checked"
    case analysesUserChoice = "analyses_user_choice"
    case analysesNoKey = "analyses_no_key"
    case analysesUnknown = "analyses_unknown"
    case analysesNotEligible = "analyses_type_not_eligible"
    case hoursDisabled = "hours_disabled"
    case firstOwnKeyAt = "first_own_key_at"
    case lastOwnKeyAt = "last_own_key_at"
    case metered = "analyses_metered"
    case meteredPercent = "metered_percent"
    case costed = "analyses_costed"
    case billedAnalyses = "analyses_billed"
    case billed = "provider_billed"
    case estimated = "provider_estimated"
    case cost = "provider_cost"
    case costBasis = "provider_cost_basis"
    case net = "net_money"
    case breakEven = "break_even_credits"
    case breakEvenMoney = "break_even_money"
    case refunds
    case refunded = "credits_refunded"
    case corrections
    case corrected = "credits_corrected"
    case ofEarlierPeriods = "credits_of_earlier_periods"
    case booked = "credits_booked"
    case bookedOutside = "credits_booked_outside"
    case bookedUnpriced = "credits_booked_unpriced"
    case balanced, irregular, flags

    /// How a value stands in JSON.
    enum Kind { case text, count, truth, decimal }

    var kind: Kind {
        switch self {
        case .userID, .firstOwnKeyAt, .lastOwnKeyAt, .costBasis, .flags: .text
        case .hasKey, .balanced: .truth
        case .analyses, .eligible, .ownKey, .plan, .fallback, .unpriced, .metered, .costed, .billedAnalyses, .refunds,
            .corrections, .irregular, .missedNotKnown, .analysesKeyRejected, .analysesKeyDisabled,
            .analysesBalanceEmpty, .analysesRateLimited,
            .analysesProviderOutage, .analysesNotChecked, .analysesUserChoice, .analysesNoKey, .analysesUnknown,
            .analysesNotEligible:
            .count
        default: .decimal
        }
    }

    var position: Int { Self.positions[self] ?? 0 }
    private static let positions = Dictionary(
        uniqueKeysWithValues: allCases.enumerated().map { ($0.element, $0.offset) })

    /// A column and where it stands, looked up once and not for every user.
    struct Place: Sendable {
        let column: UserColumn
        let position: Int

        init(_ column: UserColumn) {
            self.column = column
            position = column.position
        }
    }
}

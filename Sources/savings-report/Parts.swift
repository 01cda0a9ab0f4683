import Batch
import System

/// Analyses of a month, kind, provider, mode and listed price.
struct LineFigures: Sendable, Equatable {
    let month: Timestamp
    let kind: String
    let provider: String?
    let mode: String
    /// What the price list said of this kind and provider, in credits.
    let priceList, priceOwnKey: ExactDecimal?
    let analyses: Int
    let unpriced, irregular: Int
    /// Of analyses that are not set aside.
    let list, charged, saved: ExactDecimal?
    /// Of all whose charge is known.
    let chargedInAll: ExactDecimal?
    let firstAt, lastAt: Timestamp?

    init(_ fields: PartFields) throws(JobFailure) {
        guard let month = fields.moment("month"), let kind = fields.text("kind"), let mode = fields.text("mode") else {
            throw PartFields.unreadable
        }
        (self.month, self.kind, self.mode) = (month, kind, mode)
        provider = fields.text("provider")
        priceList = try fields.decimal("price_list")
        priceOwnKey = try fields.decimal("price_own")
        analyses = try fields.count("analyses")
        unpriced = try fields.count("unpriced")
        irregular = try fields.count("irregular")
        list = try fields.decimal("list")
        charged = try fields.decimal("charged")
        saved = try fields.decimal("saved")
        chargedInAll = try fields.decimal("charged_all")
        firstAt = fields.moment("first_at")
        lastAt = fields.moment("last_at")
    }
}

/// One of the users who saved most.
struct LeaderFigures: Sendable, Equatable {
    let place: Int
    let userID: String
    let analyses, ownKey, fallback, plan: Int
    let list, charged, saved, rate, missed, hoursDisabled: ExactDecimal?

    init(_ fields: PartFields) throws(JobFailure) {
        place = try fields.count("place")
        userID = fields.text("user_id") ?? ""
        analyses = try fields.count("analyses")
        ownKey = try fields.count("own_key")
        fallback = try fields.count("fallback")
        plan = try fields.count("plan")
        list = try fields.decimal("list")
        charged = try fields.decimal("charged")
        saved = try fields.decimal("saved")
        rate = try fields.decimal("rate")
        missed = try fields.decimal("missed")
        hoursDisabled = try fields.decimal("hours_disabled")
    }
}

/// Why analyses ran on plan credits.
enum Cause: String, Sendable, CaseIterable {
    case keyRejected = "key_rejected"
    case keyDisabled = "key_disabled"
    case balanceEmpty = "provider_balance_empty"
    case rateLimited = "rate_limited"
    case providerOutage = "provider_outage"
    case notChecked = "not_checked"
    case userChoice = "user_choice"
    case noKey = "no_key"
    case unknown
    /// The price list knows no own-key price for it: nothing was missed.
    case notEligible = "type_not_eligible"
}

struct CauseFigures: Sendable, Equatable {
    let cause: Cause
    let users, analyses: Int
    let missed: ExactDecimal?
    /// Analyses whose charge is not known, nor therefore what they missed.
    let notKnown: Int

    init(_ fields: PartFields) throws(JobFailure) {
        guard let cause = fields.text("cause").flatMap(Cause.init) else { throw PartFields.unreadable }
        self.cause = cause
        users = try fields.count("users")
        analyses = try fields.count("analyses")
        missed = try fields.decimal("missed")
        notKnown = try fields.count("not_known")
    }
}

/// A key that was disabled for some of the period.
struct OutageFigures: Sendable, Equatable {
    let userID, keyID, provider: String
    /// The user's own words; nil where the key is gone.
    let label: String?
    let reason: String?
    let hours: ExactDecimal?
    let disabledAt: Timestamp
    let endedAt: Timestamp?
    /// `enabled`, `replaced` or `deleted`; nil where it outlasted the period.
    let endedBy: String?
    let mail: String?
    let mailSentAt: Timestamp?
    let analyses: Int
    let missed: ExactDecimal?

    init(_ fields: PartFields) throws(JobFailure) {
        guard let disabledAt = fields.moment("disabled_at") else { throw PartFields.unreadable }
        self.disabledAt = disabledAt
        userID = fields.text("user_id") ?? ""
        keyID = fields.text("key_id") ?? ""
        provider = fields.text("provider") ?? ""
        label = fields.text("label")
        reason = fields.text("reason")
        hours = try fields.decimal("hours")
        endedAt = fields.moment("ended_at")
        endedBy = fields.text("ended_by")
        mail = fields.text("mail")
        mailSentAt = fields.moment("mail_sent_at")
        analyses = try fields.count("analyses")
        missed = try fields.decimal("missed")
    }
}

struct ClaimFigures: Sendable, Equatable {
    let place, users, reached: Int
    /// Rates in percent: with fallbacks, on own keys only, and the best that the price list allows.
    let measured, measuredOnOwnKeys, attainable: ExactDecimal?
    /// Whether these reach the claim before they are rounded; nil where they are not known.
    let isMeasured, isMeasuredOnOwnKeys, isAttainable: Bool?

    init(_ fields: PartFields) throws(JobFailure) {
        place = try fields.count("place")
        users = try fields.count("users")
        reached = try fields.count("reached")
        measured = try fields.decimal("measured")
        measuredOnOwnKeys = try fields.decimal("measured_own_key")
        attainable = try fields.decimal("attainable")
        isMeasured = fields.truth("is_measured")
        isMeasuredOnOwnKeys = fields.truth("is_measured_own_key")
        isAttainable = fields.truth("is_attainable")
    }
}

/// The rates of users with a key of their own, in percent.
struct RateFigures: Sendable, Equatable {
    /// What an average is made of.
    struct Basis: Sendable, Equatable {
        let users: Int
        let list, charged: ExactDecimal?
    }

    /// Of everybody with a key, of these of whom a rate is known, and of analyses on own keys.
    let all, rated, onOwnKeys: Basis
    let ratioOfSums, mean, median, ownKeyOnly: ExactDecimal?
    let p10, p90, lowest, highest: ExactDecimal?
    /// The share of everything not charged that the tenth of the users has who saved most.
    let topTenth: ExactDecimal?
    let bins: [Int]
    /// How many users have no rate.
    let leftOut: [LeftOut: Int]
    /// Of analyses on own keys, how many have known tokens, in percent.
    let meteredPercent: ExactDecimal?

    init(_ fields: PartFields) throws(JobFailure) {
        all = Basis(
            users: try fields.count("users"), list: try fields.decimal("list"), charged: try fields.decimal("charged"))
        rated = Basis(
            users: try fields.count("rated_users"), list: try fields.decimal("rated_list"),
            charged: try fields.decimal("rated_charged"))
        onOwnKeys = Basis(
            users: try fields.count("own_key_users"), list: try fields.decimal("own_key_list"),
            charged: try fields.decimal("own_key_charged"))
        ratioOfSums = try fields.decimal("ratio_of_sums")
        mean = try fields.decimal("mean")
        median = try fields.decimal("median")
        ownKeyOnly = try fields.decimal("own_key_only")
        p10 = try fields.decimal("p10")
        p90 = try fields.decimal("p90")
        lowest = try fields.decimal("lowest")
        highest = try fields.decimal("highest")
        topTenth = try fields.decimal("top_tenth")
        var bins: [Int] = []
        for bin in 0..<10 { bins.append(try fields.count("bin_\(bin)")) }
        self.bins = bins
        var leftOut: [LeftOut: Int] = [:]
        for reason in LeftOut.allCases { leftOut[reason] = try fields.count("left_" + reason.rawValue) }
        self.leftOut = leftOut
        meteredPercent = try fields.decimal("metered_percent")
    }
}

/// The ledger's own sums.
struct LedgerFigures: Sendable, Equatable {
    /// Analyses of the period, counted and summed by themselves: of all whose number is known.
    let analyses: Int
    let list, chargedOfAnalyses: ExactDecimal?
    /// Of these, what is set aside.
    let listAside, chargedAside: ExactDecimal?
    /// Charges booked within the period; in a statement, those of its analyses.
    let charges: Int
    let refunds, corrections: Int
    let charged: ExactDecimal?
    /// Of these, what belongs to no analysis of the period.
    let unplacedCharges: Int
    let unplaced: ExactDecimal?
    /// Charges of the period's analyses, whenever they were booked.
    let booked: ExactDecimal?
    let unplacedReturns: Int
    /// Between these lie the ids of the charges that belong to no analysis of the period.
    let unplacedIDs: ClosedRange<Int>?
    let refunded, corrected: ExactDecimal?
    /// Bookings that are no numbers, and refunds that take, of analyses that are nobody's or another period's.
    let irregularElsewhere: Int
    let lastID: String?

    init(_ fields: PartFields) throws(JobFailure) {
        analyses = try fields.count("analyses")
        list = try fields.decimal("list")
        chargedOfAnalyses = try fields.decimal("charged_of_analyses")
        listAside = try fields.decimal("list_aside")
        chargedAside = try fields.decimal("charged_aside")
        charges = try fields.count("charges")
        refunds = try fields.count("refunds")
        corrections = try fields.count("corrections")
        charged = try fields.decimal("charged")
        irregularElsewhere = try fields.count("irregular_elsewhere")
        unplacedCharges = try fields.count("unplaced_charges")
        unplaced = try fields.decimal("unplaced")
        booked = try fields.decimal("booked")
        unplacedReturns = try fields.count("unplaced_returns")
        let (first, last) = (try fields.count("unplaced_first_id"), try fields.count("unplaced_last_id"))
        unplacedIDs = unplacedCharges > 0 && first <= last ? first...last : nil
        refunded = try fields.decimal("refunded")
        corrected = try fields.decimal("corrected")
        lastID = fields.text("last_id")
    }
}

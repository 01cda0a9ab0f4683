import Batch
import System

/// Analyses of a month, kind, provider and mode.
struct LineFigures: Sendable, Equatable {
    let month: Timestamp
    let kind: String
    let provider: String?
    let mode: String
    let analyses: Int
    let unpriced: Int
    /// Of analyses whose two numbers are known.
    let list, charged, saved: ExactDecimal?
    /// Of all.
    let chargedInAll: ExactDecimal?
    let firstAt, lastAt: Timestamp?

    init(_ fields: PartFields) throws(JobFailure) {
        guard let month = fields.moment("month"), let kind = fields.text("kind"), let mode = fields.text("mode") else {
            throw PartFields.unreadable
        }
        (self.month, self.kind, self.mode) = (month, kind, mode)
        provider = fields.text("provider")
        analyses = try fields.count("analyses")
        unpriced = try fields.count("unpriced")
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

    init(_ fields: PartFields) throws(JobFailure) {
        guard let cause = fields.text("cause").flatMap(Cause.init) else { throw PartFields.unreadable }
        self.cause = cause
        users = try fields.count("users")
        analyses = try fields.count("analyses")
        missed = try fields.decimal("missed")
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
    /// `enabled`, `replaced` or `deleted`; nil while it lasts.
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

    init(_ fields: PartFields) throws(JobFailure) {
        place = try fields.count("place")
        users = try fields.count("users")
        reached = try fields.count("reached")
        measured = try fields.decimal("measured")
        measuredOnOwnKeys = try fields.decimal("measured_own_key")
        attainable = try fields.decimal("attainable")
    }
}

/// The rates of users with a key of their own, in percent.
struct RateFigures: Sendable, Equatable {
    let users: Int
    let ratioOfSums, mean, median, ownKeyOnly: ExactDecimal?
    let p10, p90, lowest, highest: ExactDecimal?
    /// The share of everything not charged that the tenth of the users has who saved most.
    let topTenth: ExactDecimal?
    let bins: [Int]

    init(_ fields: PartFields) throws(JobFailure) {
        users = try fields.count("users")
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
    }
}

/// The ledger's own sums.
struct LedgerFigures: Sendable, Equatable {
    /// Charges booked within the period.
    let charges: Int
    let charged: ExactDecimal?
    /// Of these, what belongs to no analysis of the period.
    let unplacedCharges: Int
    let unplaced: ExactDecimal?
    /// Charges of the period's analyses, whenever they were booked.
    let booked: ExactDecimal?
    let unplacedReturns: Int
    let refunded, corrected: ExactDecimal?
    let lastID: String?

    init(_ fields: PartFields) throws(JobFailure) {
        charges = try fields.count("charges")
        charged = try fields.decimal("charged")
        unplacedCharges = try fields.count("unplaced_charges")
        unplaced = try fields.decimal("unplaced")
        booked = try fields.decimal("booked")
        unplacedReturns = try fields.count("unplaced_returns")
        refunded = try fields.decimal("refunded")
        corrected = try fields.decimal("corrected")
        lastID = fields.text("last_id")
    }
}

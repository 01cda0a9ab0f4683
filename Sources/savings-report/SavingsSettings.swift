import Batch
import FoundationEssentials
import System

/// What is reported, checked once.
struct SavingsSettings: Sendable {
    /// Nil for the month before the database's current one.
    let period: Period?
    /// Nil for everybody.
    let user: UUID?
    let claims: [Claim]
    let failsOnClaim: Bool
    let creditPrice: CreditPrice?
    let leaseTTL: Duration

    init(_ flags: SavingsFlags, in environment: EnvironmentVariables) throws(JobFailure) {
        let dates: Dates
        do throws(SettingError) {
            dates = try Dates(flags, environment)
            user = try Self.user.optionalValue(flag: flags.user, in: environment)
            failsOnClaim = try Self.failOnClaim.value(in: environment) || flags.failOnClaim
            creditPrice = try Self.creditPrice.optionalValue(flag: flags.creditPrice, in: environment)
                .map { price throws(SettingError) in
                    try price.from(Self.creditPriceSource.optionalValue(flag: flags.creditPriceSource, in: environment))
                }
            leaseTTL = try Self.leaseTTL.value(flag: flags.leaseTTL, in: environment)
        } catch {
            throw JobFailure(error)
        }
        period = try dates.period
        let path: String?
        do { path = try Self.claims.optionalValue(flag: flags.claims, in: environment) } catch {
            throw JobFailure(error)
        }
        claims = try path.map { path throws(JobFailure) in try ClaimFile.read(path) } ?? []
    }

    static let month = Setting<Period>(
        "BYOK_MONTH", flag: "--month", help: "The month to report.", expected: "a month such as 2026-10",
        parse: Period.init(month:))
    static let from = Setting<Timestamp>(
        "BYOK_FROM", flag: "--from", help: "Where the period begins, UTC.",
        expected: "a day such as 2026-10-01, or a moment such as 2026-10-01T06:00:00Z", parse: Period.moment)
    static let to = Setting<Timestamp>(
        "BYOK_TO", flag: "--to", help: "Where it ends; this moment is not part of it.",
        expected: "a day such as 2026-11-01, or a moment such as 2026-11-01T06:00:00Z", parse: Period.moment)
    static let user = Setting<UUID>(
        "BYOK_USER", flag: "--user", help: "A statement for this user only.", expected: "a user's id, a UUID",
        parse: UUID.init(uuidString:))
    static let claims = Setting<String>.text(
        "BYOK_CLAIMS", flag: "--claims", help: "A file of published claims to check, such as reports/claims.json.")
    static let failOnClaim = Setting<Bool>.toggle(
        "BYOK_FAIL_ON_CLAIM", flag: "--fail-on-claim", help: "End with 1 when a claim does not hold.")
    static let creditPrice = Setting<CreditPrice>(
        "BYOK_CREDIT_PRICE", flag: "--credit-price", help: "What a credit costs; with it there is a FOCUS file.",
        expected: "an amount and a currency such as \"0.20 EUR\"", parse: CreditPrice.init)
    static let creditPriceSource = Setting<String>.text(
        "BYOK_CREDIT_PRICE_SOURCE", flag: "--credit-price-source", help: "Where that price was read, and when.")
    static let leaseTTL = Setting<Duration>(
        "BYOK_LEASE_TTL", flag: "--lease-ttl", default: .seconds(120),
        help: "How long the lease of a run that died keeps others out.", expected: "a duration from 1s to 1h"
    ) { DurationText.read($0).flatMap { (.seconds(1) ... .seconds(3600)).contains($0) ? $0 : nil } }

    /// Every variable read here, for a snapshot of the environment.
    static let variables: [String] = [
        month.variable, from.variable, to.variable, user.variable, claims.variable, failOnClaim.variable,
        creditPrice.variable, creditPriceSource.variable, leaseTTL.variable,
    ].map(\.description)
}

/// What was said about the period.
private struct Dates {
    private let month: Period?
    private let from, to: Timestamp?

    init(_ flags: SavingsFlags, _ environment: EnvironmentVariables) throws(SettingError) {
        // A flag stands for a whole period: variables fill in only where no flag names one.
        let isFlagged = flags.month != nil || flags.from != nil || flags.to != nil
        let environment = isFlagged ? EnvironmentVariables([:]) : environment
        month = try SavingsSettings.month.optionalValue(flag: flags.month, in: environment)
        from = try SavingsSettings.from.optionalValue(flag: flags.from, in: environment)
        to = try SavingsSettings.to.optionalValue(flag: flags.to, in: environment)
    }

    var period: Period? {
        get throws(JobFailure) {
            switch (month, from, to) {
            case (nil, nil, nil): return nil
            case (let month?, nil, nil): return month
            case (nil, let from?, let to?):
                if let period = Period(from: from, to: to) { return period }
                throw JobFailure(
                    .misconfigured, "the period does not end after it begins, or is longer than 60 months",
                    next: "see --from and --to")
            default:
                throw JobFailure(
                    .misconfigured, "a period is either --month, or both --from and --to", next: "see --help")
            }
        }
    }
}

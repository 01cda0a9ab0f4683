import Batch
import KeySettings
import Providers
import System

/// How a run goes, checked once.
struct RevalidateSettings: Sendable {
    let confirmAfter: Duration
    let confirmAfterSlow: Duration
    let recheckAfter: Duration
    /// Nil for each provider's own polite pace.
    let concurrency: Int?
    let spacing: Duration?
    let providers: [Provider]
    /// Keys a run; nil for all that are due.
    let limit: Int?
    /// Verdicts a transaction.
    let batch: Int
    let leaseTTL: Duration
    let origins: ProviderOrigins

    init(_ flags: RevalidateFlags, in environment: EnvironmentVariables) throws(JobFailure) {
        let origins = try ProviderOrigins.configured(in: environment)
        do throws(SettingError) {
            try self.init(flags, in: environment, origins)
        } catch {
            throw JobFailure(error)
        }
    }

    private init(
        _ flags: RevalidateFlags, in environment: EnvironmentVariables, _ origins: ProviderOrigins
    ) throws(SettingError) {
        self.origins = origins
        confirmAfter = try Self.confirmAfter.value(flag: flags.confirmAfter, in: environment)
        confirmAfterSlow = try Self.confirmAfterSlow.value(flag: flags.confirmAfterSlow, in: environment)
        recheckAfter = try Self.recheckAfter.value(flag: flags.recheckAfter, in: environment)
        concurrency = try Self.concurrency.optionalValue(flag: flags.concurrency, in: environment)
        spacing = try Self.spacing.optionalValue(flag: flags.spacing, in: environment)
        limit = try Self.limit.optionalValue(flag: flags.limit, in: environment)
        batch = try Self.batch.value(flag: flags.batch, in: environment)
        leaseTTL = try Self.leaseTTL.value(flag: flags.leaseTTL, in: environment)
        let given = flags.providers.isEmpty ? nil : flags.providers.joined(separator: ",")
        let chosen = try Self.provider.optionalValue(flag: given, in: environment) ?? Provider.allCases
        providers = Provider.allCases.filter(chosen.contains)
    }

    static let confirmAfter = Setting<Duration>(
        "BYOK_CONFIRM_AFTER", flag: "--confirm-after", default: .seconds(24 * 3600),
        help: "How far apart two refusals must be to disable a key.", expected: "a duration from 1h to 365d"
    ) { duration($0, within: .zero...longest) }
    static let confirmAfterSlow = Setting<Duration>(
        "BYOK_CONFIRM_AFTER_SLOW", flag: "--confirm-after-slow", default: .seconds(168 * 3600),
        help: "The same for answers that working keys get too.", expected: "a duration from 1h to 365d"
    ) { duration($0, within: .zero...longest) }
    static let recheckAfter = Setting<Duration>(
        "BYOK_RECHECK_AFTER", flag: "--recheck-after", default: .seconds(168 * 3600),
        help: "When a key is looked at again, at the latest.", expected: "a duration from 1h to 365d"
    ) { duration($0, within: shortest...longest) }
    static let concurrency = Setting<Int>.count(
        "BYOK_CONCURRENCY", flag: "--concurrency", within: 1...500,
        help: "Requests at a time to each provider; by itself 4, to Mistral and Groq 2.")
    static let spacing = Setting<Duration>.duration(
        "BYOK_SPACING", flag: "--spacing",
        help: "From one request to the next at each provider; by itself 250ms, at Mistral and Groq 500ms.")
    static let provider = Setting<[Provider]>(
        "BYOK_PROVIDER", flag: "--provider", default: nil,
        help: "Only this provider; may be given several times.",
        expected: "anthropic, openai, google, deepseek, mistral or groq"
    ) { text in
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map { Provider(rawValue: String($0)) }
        return names.contains(nil) ? nil : names.compactMap { $0 }
    }
    static let limit = Setting<Int>.count(
        "BYOK_LIMIT", flag: "--limit", within: 1...1_000_000_000, help: "At most so many keys in this run.")
    static let batch = Setting<Int>.count(
        "BYOK_BATCH", flag: "--batch", default: 200, within: 1...1000, help: "At most so many verdicts a transaction.")
    static let leaseTTL = Setting<Duration>(
        "BYOK_LEASE_TTL", flag: "--lease-ttl", default: .seconds(120),
        help: "How long the lease of a run that died keeps others out.", expected: "a duration from 1s to 1h"
    ) { duration($0, within: .seconds(1) ... .seconds(3600)) }
    /// Two refusals nearer than that may be one outage at the provider's.
    private static let shortest: Duration = .seconds(3600)
    private static let longest: Duration = .seconds(365 * 86_400)

    private static func duration(_ text: String, within range: ClosedRange<Duration>) -> Duration? {
        DurationText.read(text).flatMap { range.contains($0) ? $0 : nil }
    }

    /// Gaps that only a test may have: what is wrong with them elsewhere.
    var haste: JobFailure? {
        guard confirmAfter >= Self.shortest else {
            return JobFailure(
                .misconfigured, "\(Self.confirmAfter.variable) is under 1h, and this database was not made for tests",
                next: "set it to 1h or more; nothing was opened")
        }
        guard confirmAfterSlow >= confirmAfter else {
            return JobFailure(
                .misconfigured, "\(Self.confirmAfterSlow.variable) is under \(Self.confirmAfter.variable)",
                next: "set it to the same or more; nothing was opened")
        }
        return nil
    }

    /// Every variable read here, for a snapshot of the environment.
    static let variables: [String] =
        [
            confirmAfter.variable, confirmAfterSlow.variable, recheckAfter.variable, concurrency.variable,
            spacing.variable, provider.variable, limit.variable, batch.variable,
            leaseTTL.variable,
        ].map(\.description) + ProviderOrigins.variables
}

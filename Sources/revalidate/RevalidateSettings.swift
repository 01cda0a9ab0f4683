import Batch
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
        let origins = try Self.origins(environment)
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

    private static func origins(_ environment: EnvironmentVariables) throws(JobFailure) -> ProviderOrigins {
        var urls: [String: String] = [:]
        for name in Provider.allCases.map(\.originVariable) { urls[name] = environment[name] }
        do {
            return try ProviderOrigins(environment: urls)
        } catch {
            switch error {
            case .notLoopback(let variable):
                throw JobFailure(
                    .misconfigured, "\(PlaceName(variable)) names something else than a loopback address over http",
                    next: "unset it; nothing was opened and nobody was asked")
            }
        }
    }

    static let confirmAfter = Setting<Duration>.duration(
        "BYOK_CONFIRM_AFTER", flag: "--confirm-after", default: .seconds(24 * 3600),
        help: "How far apart two refusals must be to disable a key.")
    static let confirmAfterSlow = Setting<Duration>.duration(
        "BYOK_CONFIRM_AFTER_SLOW", flag: "--confirm-after-slow", default: .seconds(168 * 3600),
        help: "The same for answers that working keys get too.")
    static let recheckAfter = Setting<Duration>.duration(
        "BYOK_RECHECK_AFTER", flag: "--recheck-after", default: .seconds(168 * 3600),
        help: "When a key is looked at again, at the latest.")
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
        help: "How long the lease of a run that died keeps others out.", expected: "a duration from 1s to 1d"
    ) { text in
        DurationText.read(text).flatMap { (.seconds(1) ... .seconds(86_400)).contains($0) ? $0 : nil }
    }
    /// Every variable read here, for a snapshot of the environment.
    static let variables: [String] =
        [
            confirmAfter.variable, confirmAfterSlow.variable, recheckAfter.variable, concurrency.variable,
            spacing.variable, provider.variable, limit.variable, batch.variable,
            leaseTTL.variable,
        ].map(\.description) + Provider.allCases.map(\.originVariable)
}

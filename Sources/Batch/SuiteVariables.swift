internal import System

/// Every variable that a program of the suite reads, so that a misspelt one is refused instead of passed over: a
/// canary that nobody reads is a safety net switched off.
///
/// All programs share one environment, so each knows the names of all.
public enum SuiteVariables {
    static let prefix = "BYOK_"

    private static let providers = ["ANTHROPIC", "OPENAI", "GOOGLE", "DEEPSEEK", "MISTRAL", "GROQ"]

    /// Read as they stand.
    public static let plain: [String] =
        [
            "BYOK_ALLOW_UNVERIFIED_TLS", "BYOK_BACKUP_RETENTION", "BYOK_BATCH", "BYOK_CLAIMS", "BYOK_CONCURRENCY",
            "BYOK_CONFIRM_AFTER", "BYOK_CONFIRM_AFTER_SLOW", "BYOK_CREDIT_PRICE", "BYOK_CREDIT_PRICE_SOURCE",
            "BYOK_CRYPTOPERIOD", "BYOK_DISABLE_LEAKED", "BYOK_DRY_RUN", "BYOK_FAIL_ON_CLAIM", "BYOK_FROM", "BYOK_JSON",
            "BYOK_LEASE_TTL",
            "BYOK_LIMIT", "BYOK_LOG_FORMAT", "BYOK_MAX_DURATION", "BYOK_METRICS_FILE", "BYOK_MONTH", "BYOK_NO_INPUT",
            "BYOK_PROVIDER", "BYOK_QUIET", "BYOK_RECHECK_AFTER", "BYOK_RECONNECT_BUDGET", "BYOK_REPORT_DIR",
            "BYOK_ROTATE_FAST", "BYOK_ROTATE_GRACE", "BYOK_ROTATE_HOLDERS_CONFIRMED", "BYOK_ROTATE_MAX_RATE",
            "BYOK_ROTATE_MAX_REPLICA_LAG", "BYOK_ROTATE_MAX_WAL_BACKLOG", "BYOK_ROTATE_SHARD", "BYOK_ROTATE_TO",
            "BYOK_ROTATE_WORKERS",
            "BYOK_SCAN_AUDIT_LOG",
            "BYOK_SCAN_BASELINE", "BYOK_SCAN_FULL", "BYOK_SCAN_NO_DATABASE", "BYOK_SCAN_PATHS", "BYOK_SCAN_QUERY",
            "BYOK_SCAN_STATE", "BYOK_SCAN_WORKERS", "BYOK_SPACING",
            "BYOK_TO", "BYOK_USER", "BYOK_VERBOSE", "BYOK_WAL_RETENTION",
        ] + providers.map { "BYOK_\($0)_URL" }

    /// Each has a twin with `_FILE` behind it.
    public static let secret: [String] =
        ["BYOK_MASTER_KEYS", "BYOK_REPLICA_URL", "BYOK_SCAN_KEY", "BYOK_SIGNING_KEY"]
        + providers.map { "BYOK_CANARY_\($0)" }

    public static let all = Set(plain + secret + secret.map { $0 + "_FILE" })

    /// Of this process; told before anything is read, asked or written.
    static var fault: JobFailure? { fault(in: EnvironmentVariables.names(withPrefix: prefix)) }

    /// Nil where every name that begins with `BYOK_` is one of ours.
    static func fault(in names: some Sequence<String>) -> JobFailure? {
        let unknown = names.filter { $0.hasPrefix(prefix) && !all.contains($0) && !isServiceLink($0) }.sorted()
        guard let first = unknown.first else { return nil }
        let more: LogMessage = unknown.count > 1 ? " (and \(unknown.count - 1) more)" : ""
        let guess: LogMessage = nearest(to: first).map { "correct it to \(PlaceName($0)), or unset it" } ?? "unset it"
        return JobFailure(
            .misconfigured, "\(PlaceName(shown(first))) is not a setting of this suite\(more)",
            next: "\(guess); nothing was done")
    }

    /// What Kubernetes adds for each Service of the namespace, such as one named `byok-web`.
    private static func isServiceLink(_ name: String) -> Bool {
        name.hasSuffix("_SERVICE_HOST") || name.contains("_SERVICE_PORT") || name.hasSuffix("_PORT")
            || name.contains(#/_PORT_[0-9]+_(TCP|UDP|SCTP)/#)
    }

    /// A line written wrongly may have a part of a secret in its name: that part is not shown.
    private static func shown(_ name: String) -> String {
        let harmless = name.prefix { $0 == "_" || ("A"..."Z").contains($0) }.prefix(40)
        return harmless.count == name.count ? name : "\(harmless)…"
    }

    /// The setting that was probably meant: at most a third of its letters differ.
    private static func nearest(to name: String) -> String? {
        let ranked = all.sorted().map { ($0, SpellingDistance.between(name, $0)) }
        guard let best = ranked.min(by: { $0.1 < $1.1 }) else { return nil }
        return best.1 <= (best.0.utf8.count - prefix.utf8.count + 2) / 3 ? best.0 : nil
    }
}

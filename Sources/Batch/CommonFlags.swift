public import ArgumentParser
public import System

/// The flags that every job has. Put them in with `@OptionGroup`.
public struct CommonFlags: ParsableArguments, Sendable {
    @Flag(help: CommonSettings.dryRun.argumentHelp) public var dryRun = false
    @Flag(help: CommonSettings.json.argumentHelp) public var json = false
    @Flag(name: .shortAndLong, help: CommonSettings.quiet.argumentHelp) public var quiet = false
    @Flag(name: .shortAndLong, help: CommonSettings.verbose.argumentHelp) public var verbose = false
    @Flag(help: CommonSettings.noInput.argumentHelp) public var noInput = false
    @Option(help: CommonSettings.logFormat.argumentHelp) public var logFormat: String?
    @Option(help: CommonSettings.reportFolder.argumentHelp) public var reportDir: String?
    @Option(help: CommonSettings.maxDuration.argumentHelp) public var maxDuration: String?
    @Option(help: CommonSettings.metricsFile.argumentHelp) public var metricsFile: String?

    public init() {}
}

/// The common flags and their variables, read.
public struct CommonSettings: Sendable {
    public let isDryRun: Bool
    public let writesJSON: Bool
    public let isQuiet: Bool
    public let isVerbose: Bool
    public let mayAsk: Bool
    public let logFormat: LogFormat
    public let reportFolder: String
    public let maxDuration: Duration?
    public let metricsFile: String?

    public init(_ flags: CommonFlags, in environment: EnvironmentVariables) throws(SettingError) {
        try self.init(flags.typed, in: environment)
    }

    /// As a job would read them that is given this folder and nothing else.
    public init(reportDir: String?, in environment: EnvironmentVariables) throws(SettingError) {
        try self.init(TypedFlags(reportDir: reportDir), in: environment)
    }

    init(_ flags: TypedFlags, in environment: EnvironmentVariables) throws(SettingError) {
        let quiet = try Self.quiet.value(in: environment)
        let verbose = try Self.verbose.value(in: environment)
        isDryRun = try Self.dryRun.value(in: environment) || flags.dryRun
        writesJSON = try Self.json.value(in: environment) || flags.json
        isQuiet = flags.quiet || (quiet && !flags.verbose)
        isVerbose = flags.verbose || (verbose && !flags.quiet)
        mayAsk = try !Self.noInput.value(in: environment) && !flags.noInput
        logFormat = try Self.logFormat.value(flag: flags.logFormat, in: environment)
        reportFolder = try Self.reportFolder.value(flag: flags.reportDir, in: environment)
        maxDuration = try Self.maxDuration.optionalValue(flag: flags.maxDuration, in: environment)
        metricsFile = try Self.metricsFile.optionalValue(flag: flags.metricsFile, in: environment)
    }

    /// What a command by hand has no use for, in an environment that it shares with the jobs, is not read.
    static func variables(byHand: Bool) -> [String] {
        let ofJobs = [reportFolder.variable, metricsFile.variable].map(\.description)
        return byHand ? variables.filter { !ofJobs.contains($0) } : variables
    }

    static let dryRun = Setting<Bool>.toggle(
        "BYOK_DRY_RUN", flag: "--dry-run", help: "Ask, but take no lease and write nothing at all.")
    static let json = Setting<Bool>.toggle(
        "BYOK_JSON", flag: "--json", help: "Print one JSON object on standard output, errors too.")
    static let quiet = Setting<Bool>.toggle(
        "BYOK_QUIET", flag: "--quiet", help: "Say only what went wrong.")
    static let verbose = Setting<Bool>.toggle(
        "BYOK_VERBOSE", flag: "--verbose", help: "Log every batch, and progress once a minute without a terminal.")
    static let noInput = Setting<Bool>.toggle(
        "BYOK_NO_INPUT", flag: "--no-input", help: "Never ask a question.")
    static let logFormat = Setting<LogFormat>.choice(
        "BYOK_LOG_FORMAT", flag: "--log-format", default: .text, help: "How log lines on standard error look.",
        expected: "text or json")
    static let reportFolder = Setting<String>.text(
        "BYOK_REPORT_DIR", flag: "--report-dir", default: "reports", help: "Where reports are written.")
    static let maxDuration = Setting<Duration>.duration(
        "BYOK_MAX_DURATION", flag: "--max-duration", help: "Stop after this long, as if asked to, with status 75.")
    static let metricsFile = Setting<String>.text(
        "BYOK_METRICS_FILE", flag: "--metrics-file",
        help: "A file for the textfile collector of Prometheus' node_exporter.")

    /// Every variable read here, for a snapshot of the environment.
    public static let variables: [String] = [
        dryRun.variable, json.variable, quiet.variable, verbose.variable, noInput.variable, logFormat.variable,
        reportFolder.variable, maxDuration.variable, metricsFile.variable,
    ].map(\.description)
}

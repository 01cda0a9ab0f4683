import ArgumentParser
import Batch
import FoundationEssentials
import System

/// The flags of a scan, as typed. ``ScanSettings`` reads them.
struct ScanFlags: ParsableArguments, Sendable {
    @Argument(help: ScanSettings.paths.argumentHelp) var paths: [String] = []
    @Flag(help: ScanSettings.auditLog.argumentHelp) var auditLog = false
    @Option(name: .customLong("query"), help: ScanSettings.query.argumentHelp) var queries: [String] = []
    @Option(help: ScanSettings.state.argumentHelp) var state: String?
    @Flag(help: ScanSettings.full.argumentHelp) var full = false
    @Option(help: ScanSettings.baseline.argumentHelp) var baseline: String?
    @Flag(help: ScanSettings.disableLeaked.argumentHelp) var disableLeaked = false
    @Option(help: ScanSettings.workers.argumentHelp) var workers: String?
    @Flag(help: ScanSettings.noDatabase.argumentHelp) var noDatabase = false
}

/// What is scanned and how, checked once.
struct ScanSettings: Sendable {
    let paths: [String]
    let scansStandardInput: Bool
    let scansAuditLog: Bool
    let queries: [String]
    let stateFile: String?
    let startsOver: Bool
    let baselineFile: String?
    let disablesLeaked: Bool
    let workers: Int
    let usesDatabase: Bool

    init(_ flags: ScanFlags, in environment: EnvironmentVariables) throws(JobFailure) {
        do throws(SettingError) {
            let given = try Self.paths.optionalValue(in: environment) ?? ""
            let all = flags.paths.isEmpty ? given.split(separator: ":").map(String.init) : flags.paths
            paths = all.filter { $0 != "-" }
            scansStandardInput = all.contains("-")
            scansAuditLog = try Self.auditLog.value(in: environment) || flags.auditLog
            let query = try Self.query.optionalValue(in: environment).map { [$0] } ?? []
            queries = flags.queries.isEmpty ? query : flags.queries
            stateFile = try Self.state.optionalValue(flag: flags.state, in: environment)
            startsOver = try Self.full.value(in: environment) || flags.full
            baselineFile = try Self.baseline.optionalValue(flag: flags.baseline, in: environment)
            disablesLeaked = try Self.disableLeaked.value(in: environment) || flags.disableLeaked
            let cores = ProcessInfo.processInfo.activeProcessorCount
            workers = try Self.workers.optionalValue(flag: flags.workers, in: environment) ?? cores
            usesDatabase = try !(Self.noDatabase.value(in: environment) || flags.noDatabase)
        } catch {
            throw JobFailure(error)
        }
        try check()
    }

    private func check() throws(JobFailure) {
        guard !paths.isEmpty || scansStandardInput || scansAuditLog || !queries.isEmpty else {
            throw JobFailure(
                .misconfigured, "no source is named",
                next: "name files or folders, - for standard input, --audit-log or --query")
        }
        guard usesDatabase || (!scansAuditLog && queries.isEmpty && !disablesLeaked) else {
            throw JobFailure(
                .misconfigured, "--no-database leaves nothing to ask",
                next: "drop it, or --audit-log, --query and --disable-leaked")
        }
    }

    static let paths = Setting<String>.text(
        "BYOK_SCAN_PATHS",
        help: "Files, folders, patterns, or - for standard input; in the variable with colons between them.")
    static let auditLog = Setting<Bool>.toggle(
        "BYOK_SCAN_AUDIT_LOG", flag: "--audit-log", help: "Read the table byok.audit_log.")
    static let query = Setting<String>.text(
        "BYOK_SCAN_QUERY", flag: "--query", help: "Read what a SELECT gives; may be given several times.")
    static let state = Setting<String>.text(
        "BYOK_SCAN_STATE", flag: "--state", help: "Where is kept how far each file was read.")
    static let full = Setting<Bool>.toggle(
        "BYOK_SCAN_FULL", flag: "--full", help: "Read every file from its start, whatever was read before.")
    static let baseline = Setting<String>.text(
        "BYOK_SCAN_BASELINE", flag: "--baseline", help: "An earlier report.json: what it told is not told again.")
    static let disableLeaked = Setting<Bool>.toggle(
        "BYOK_DISABLE_LEAKED", flag: "--disable-leaked", help: "Disable stored keys that were found.")
    static let workers = Setting<Int>.count(
        "BYOK_SCAN_WORKERS", flag: "--workers", within: 1...256, help: "Cores to use; by itself all of them.")
    static let noDatabase = Setting<Bool>.toggle(
        "BYOK_SCAN_NO_DATABASE", flag: "--no-database",
        help: "Look for the forms of keys only: stored keys are not known, so the scan is incomplete.")

    /// Every variable read here, for a snapshot of the environment.
    static let variables: [String] = [
        paths.variable, auditLog.variable, query.variable, state.variable, full.variable, baseline.variable,
        disableLeaked.variable, workers.variable, noDatabase.variable,
    ].map(\.description)
}

/// The common flags as typed, whichever of them a command offers.
struct TypedFlags: Sendable {
    var dryRun = false
    var json = false
    var quiet = false
    var verbose = false
    var noInput = false
    var logFormat: String?
    var reportDir: String?
    var maxDuration: String?
    var metricsFile: String?
    /// Given by a person, who is told what was done; a job under cron stays silent.
    var isByHand = false
}

extension CommonFlags {
    var typed: TypedFlags {
        TypedFlags(
            dryRun: dryRun, json: json, quiet: quiet, verbose: verbose, noInput: noInput, logFormat: logFormat,
            reportDir: reportDir, maxDuration: maxDuration, metricsFile: metricsFile)
    }
}

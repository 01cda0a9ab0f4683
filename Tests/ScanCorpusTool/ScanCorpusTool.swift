import ArgumentParser

/// Makes logs with planted leaks for the benchmark and the demo, and compares a report with what was planted.
@main struct ScanCorpusTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan-corpus", abstract: "Logs with planted leaks, and what a scan should find in them.",
        subcommands: [MakeCorpus.self, MakeFingerprints.self, Score.self])
}

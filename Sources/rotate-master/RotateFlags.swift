import ArgumentParser
import Batch

/// The flags of a run, as typed. ``RotateSettings`` reads them.
struct RotateFlags: ParsableArguments, Sendable {
    @Option(help: RotateSettings.target.argumentHelp) var to: String?
    @Flag(help: RotateSettings.fast.argumentHelp) var fast = false
    @Option(help: RotateSettings.workers.argumentHelp) var workers: String?
    @Option(help: RotateSettings.shard.argumentHelp) var shard: String?
    @Option(help: RotateSettings.maxRate.argumentHelp) var maxRate: String?
    @Option(help: RotateSettings.maxReplicaLag.argumentHelp) var maxReplicaLag: String?
    @Option(name: .customLong("max-wal-backlog"), help: RotateSettings.maxWALBacklog.argumentHelp)
    var maxWALBacklog: String?
    @Option(help: RotateSettings.holdersConfirmed.argumentHelp) var holdersConfirmed: String?
    @Option(help: RotateSettings.leaseTTL.argumentHelp) var leaseTTL: String?
    @OptionGroup var retention: RetentionFlags
}

import ArgumentParser
import Batch
import Providers

/// The flags of a run, as typed. ``RevalidateSettings`` reads them.
struct RevalidateFlags: ParsableArguments, Sendable {
    @Option(help: RevalidateSettings.confirmAfter.argumentHelp) var confirmAfter: String?
    @Option(help: RevalidateSettings.confirmAfterSlow.argumentHelp) var confirmAfterSlow: String?
    @Option(help: RevalidateSettings.recheckAfter.argumentHelp) var recheckAfter: String?
    @Option(help: RevalidateSettings.concurrency.argumentHelp) var concurrency: String?
    @Option(help: RevalidateSettings.spacing.argumentHelp) var spacing: String?
    @Option(name: .customLong("provider"), help: RevalidateSettings.provider.argumentHelp) var providers: [String] = []
    @Option(help: RevalidateSettings.limit.argumentHelp) var limit: String?
    @Option(help: RevalidateSettings.batch.argumentHelp) var batch: String?
    @Option(help: RevalidateSettings.leaseTTL.argumentHelp) var leaseTTL: String?
}

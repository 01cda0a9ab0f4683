import ArgumentParser
import Batch

/// The flags of a run, as typed. ``SavingsSettings`` reads them.
struct SavingsFlags: ParsableArguments, Sendable {
    @Option(help: SavingsSettings.month.argumentHelp) var month: String?
    @Option(help: SavingsSettings.from.argumentHelp) var from: String?
    @Option(help: SavingsSettings.to.argumentHelp) var to: String?
    @Option(help: SavingsSettings.user.argumentHelp) var user: String?
    @Option(help: SavingsSettings.claims.argumentHelp) var claims: String?
    @Flag(help: SavingsSettings.failOnClaim.argumentHelp) var failOnClaim = false
    @Option(help: SavingsSettings.creditPrice.argumentHelp) var creditPrice: String?
    @Option(help: SavingsSettings.creditPriceSource.argumentHelp) var creditPriceSource: String?
    @Option(help: SavingsSettings.leaseTTL.argumentHelp) var leaseTTL: String?
}

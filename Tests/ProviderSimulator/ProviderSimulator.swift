import ArgumentParser

@main struct ProviderSimulator: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provider-simulator",
        abstract: "Plays six providers on loopback, and makes up the keys that they know.",
        subcommands: [Serve.self, MakeKeys.self, ShowLeakPatterns.self], defaultSubcommand: Serve.self)
}

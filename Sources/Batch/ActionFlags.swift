public import ArgumentParser

/// The flags of a command by which a person changes something. Put them in with `@OptionGroup`.
public struct ActionFlags: ParsableArguments, Sendable {
    @Flag(help: "Look and ask, but write nothing. [env: BYOK_DRY_RUN]") public var dryRun = false
    @Flag(help: CommonSettings.json.argumentHelp) public var json = false
    @Flag(name: .shortAndLong, help: CommonSettings.quiet.argumentHelp) public var quiet = false
    @Flag(name: .shortAndLong, help: CommonSettings.verbose.argumentHelp) public var verbose = false
    @Option(help: CommonSettings.logFormat.argumentHelp) public var logFormat: String?

    public init() {}

    var typed: TypedFlags {
        TypedFlags(
            dryRun: dryRun, json: json, quiet: quiet, verbose: verbose, logFormat: logFormat, isByHand: true)
    }
}

/// The flag of a command that answers a question.
public struct ReplyFlags: ParsableArguments, Sendable {
    @Flag(help: CommonSettings.json.argumentHelp) public var json = false

    public init() {}
}

/// For commands that ask a question on a terminal.
public struct InputFlags: ParsableArguments, Sendable {
    @Flag(help: CommonSettings.noInput.argumentHelp) public var noInput = false

    public init() {}
}

/// For commands that may take long.
public struct DurationFlags: ParsableArguments, Sendable {
    @Option(help: CommonSettings.maxDuration.argumentHelp) public var maxDuration: String?

    public init() {}
}

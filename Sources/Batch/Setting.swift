public import ArgumentParser
public import System

/// One setting, declared once: its variable, its flag, its default, how it is read, what it means.
///
/// A flag is declared as `@Option(help: Self.pace.argumentHelp) var pace: String?`: a `String`, so that a bad
/// value is named by us and never echoed by the argument parser.
public struct Setting<Value: Sendable>: Sendable {
    public let variable: StaticString
    /// With its dashes; nil where only the variable exists.
    public let flag: StaticString?
    public let fallback: Value?
    public let help: StaticString
    /// What a good value looks like, such as "a duration such as 24h".
    public let expected: StaticString
    private let parse: @Sendable (String) -> Value?

    public init(
        _ variable: StaticString, flag: StaticString? = nil, default fallback: Value? = nil, help: StaticString,
        expected: StaticString, parse: @escaping @Sendable (String) -> Value?
    ) {
        self.variable = variable
        self.flag = flag
        self.fallback = fallback
        self.help = help
        self.expected = expected
        self.parse = parse
    }

    /// The help text, ending in `[env: …]`.
    public var argumentHelp: ArgumentHelp {
        ArgumentHelp(stringLiteral: "\(help) [env: \(variable)]")
    }

    /// The flag's value, or the variable's, or the default.
    public func value(flag given: String? = nil, in environment: EnvironmentVariables) throws(SettingError) -> Value {
        guard let value = try optionalValue(flag: given, in: environment) else {
            throw SettingError(reason: .missing, place: variable, expected: expected)
        }
        return value
    }

    /// Nil where nothing is given and there is no default.
    public func optionalValue(
        flag given: String? = nil, in environment: EnvironmentVariables
    ) throws(SettingError) -> Value? {
        if let given { return try read(given, from: flag ?? variable) }
        if let text = environment[variable.description] { return try read(text, from: variable) }
        return fallback
    }

    private func read(_ text: String, from place: StaticString) throws(SettingError) -> Value {
        guard let value = parse(text) else { throw SettingError(reason: .malformed, place: place, expected: expected) }
        return value
    }
}

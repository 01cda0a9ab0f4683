public import FoundationEssentials
public import System

/// `1 key`, `2 keys`.
public struct Count: CustomStringConvertible, Sendable {
    private let number: Int
    private let noun: String

    public init(_ number: Int, _ noun: String) {
        self.number = number
        self.noun = noun
    }

    public var description: String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}

/// What commands that change something share.
public enum DryRun {
    public static func isAsked(_ flag: Bool) throws(JobFailure) -> Bool {
        let setting = Setting<Bool>.toggle("BYOK_DRY_RUN", flag: "--dry-run", help: "")
        do throws(SettingError) {
            return try setting.value(in: EnvironmentVariables(reading: [setting.variable.description])) || flag
        } catch { throw JobFailure(error) }
    }

    /// The bounds that the database sets too.
    public static func isReason(_ text: String) -> Bool {
        text.contains { !$0.isWhitespace } && text.unicodeScalars.count <= 500 && !text.utf8.contains(0)
    }
}

extension JSONText.Value {
    public static func count(_ count: Int) -> Self { .integer(Int64(count)) }
    public static func text(_ text: String?) -> Self { text.map { .string($0) } ?? .null }
    public static func moment(_ moment: Timestamp?) -> Self { moment.map { .string($0.description) } ?? .null }
    public static func id(_ id: UUID?) -> Self { id.map { .string($0.uuidString.lowercased()) } ?? .null }
}

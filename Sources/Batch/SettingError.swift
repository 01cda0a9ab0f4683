/// Which setting is at fault; never what it was set to.
public struct SettingError: Error, Sendable, Equatable {
    public enum Reason: Sendable {
        case missing
        case malformed
    }

    public let reason: Reason
    /// The variable or the flag, whichever was given.
    public let place: StaticString
    /// What a good value looks like.
    public let expected: StaticString

    /// A value that was typed, not one from the environment.
    public var isOfFlag: Bool { place.description.hasPrefix("-") }

    public static func == (left: SettingError, right: SettingError) -> Bool {
        left.reason == right.reason && left.place.description == right.place.description
    }

    public var message: LogMessage {
        switch reason {
        case .missing: "\(place) is not set; expected \(expected)"
        case .malformed: "\(place) is malformed; expected \(expected)"
        }
    }
}

public import FoundationEssentials
public import System

/// A type whose every value may be shown to anyone. `String` is none, and must not become one.
public protocol Loggable: Sendable {
    var logged: LogValue { get }
}

/// What a log line holds of a value.
public enum LogValue: Sendable, Equatable {
    case integer(Int64)
    case number(Double)
    case bool(Bool)
    case text(String)

    var text: String {
        switch self {
        case .integer(let value): String(value)
        case .number(let value): String(value)
        case .bool(let value): String(value)
        case .text(let value): value
        }
    }
}

extension Loggable where Self: BinaryInteger {
    public var logged: LogValue { .integer(Int64(clamping: self)) }
}

extension Int: Loggable {}
extension Int16: Loggable {}
extension Int32: Loggable {}
extension Int64: Loggable {}
extension UInt8: Loggable {}
extension UInt16: Loggable {}
extension UInt32: Loggable {}
extension UInt64: Loggable {}

extension Double: Loggable {
    public var logged: LogValue { .number(self) }
}

extension Bool: Loggable {
    public var logged: LogValue { .bool(self) }
}

extension UUID: Loggable {
    public var logged: LogValue { .text(uuidString.lowercased()) }
}

extension Duration: Loggable {
    public var logged: LogValue { .text(DurationText.write(self)) }
}

extension Timestamp: Loggable {
    public var logged: LogValue { .text(description) }
}

extension StaticString: Loggable {
    public var logged: LogValue { .text(description) }
}

extension ExitStatus: Loggable {
    public var logged: LogValue { .integer(Int64(rawValue)) }
}

extension Outcome: Loggable {
    public var logged: LogValue { .text(name.description) }
}

/// A closed enum of names is loggable by declaring so.
extension Loggable where Self: CaseIterable & RawRepresentable, RawValue == String {
    public var logged: LogValue { .text(rawValue) }
}

/// A file, folder, host name or database role that an operator configured: a place, not data.
///
/// Control and bidirectional characters are escaped, and it is cut after 200 characters.
public struct PlaceName: Loggable, Equatable {
    private let name: String

    public init(_ name: String) {
        self.name = Terminal.escape(name.prefix(200))
    }

    public var logged: LogValue { .text(name) }
}

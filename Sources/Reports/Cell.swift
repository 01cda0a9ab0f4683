public import System

/// One value. In JSON a string, an integer, or null; durations are whole microseconds.
public enum Cell: Equatable, Sendable {
    case text(String)
    case count(Int)
    /// Digits as they shall be read, such as `-62.50`: exact, never a floating-point number.
    case decimal(String)
    case duration(Duration)
    case timestamp(Timestamp)
    case status(CheckStatus)
    /// Not known, which is neither zero nor empty.
    case unknown
}

extension Cell: Encodable {
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text), .decimal(let text): try container.encode(Terminal.escape(text))
        case .count(let count): try container.encode(count)
        case .duration(let duration): try container.encode(duration.clampedMicroseconds)
        case .timestamp(let timestamp): try container.encode(timestamp)
        case .status(let status): try container.encode(status)
        case .unknown: try container.encodeNil()
        }
    }
}

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
    /// There is none, and what a page says in its place. Null in JSON, where a column has values of its kind alone.
    case absent(String)
}

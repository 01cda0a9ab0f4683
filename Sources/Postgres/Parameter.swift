public import FoundationEssentials
public import System

/// A value for `$1`, `$2`, …
///
/// `int`, `text` and `json` take the type that the statement expects at their place; where it
/// expects none, write a cast (`$1::text`). The others say their type, arrays too: `ints` is
/// `bigint[]`, so a function that takes `int[]` wants `$1::int[]`.
public enum Parameter: Sendable {
    case null
    case bool(Bool?)
    case int(Int?)
    /// Also for numeric, enumerations and anything else that has a text form. No zero bytes.
    case text(String?)
    case json(String?)
    case uuid(UUID?)
    case bytes([UInt8]?)
    case timestamp(Timestamp?)
    /// To the microsecond; the server sees seconds, not days or months.
    case interval(Duration?)
    case bools([Bool?])
    case ints([Int?])
    case texts([String?])
    case uuids([UUID?])
    case byteas([[UInt8]?])
    case timestamps([Timestamp?])
}

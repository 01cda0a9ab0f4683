import Batch
import FoundationEssentials
import System

/// One row of a part of `savings_parts.sql`: named texts, nulls among them.
struct PartFields {
    private let values: [String: String?]

    init(_ body: String) throws(JobFailure) {
        guard let values = try? JSONDecoder().decode([String: String?].self, from: Data(body.utf8)) else {
            throw Self.unreadable
        }
        self.values = values
    }

    func text(_ name: String) -> String? { values[name] ?? nil }

    func count(_ name: String) throws(JobFailure) -> Int {
        guard let text = text(name) else { return 0 }
        guard let count = Int(text) else { throw Self.unreadable }
        return count
    }

    /// Nil for null.
    func decimal(_ name: String) throws(JobFailure) -> ExactDecimal? {
        guard let text = text(name) else { return nil }
        guard let number = ExactDecimal(text) else { throw Self.unreadable }
        return number
    }

    /// Nil for null.
    func truth(_ name: String) -> Bool? { text(name).map { $0 == "true" } }

    /// Microseconds since 1970.
    func moment(_ name: String) -> Timestamp? { text(name).flatMap { Int64($0) }.map(Timestamp.init(microseconds:)) }

    static let unreadable = JobFailure(
        .broken, "the database answered a number that is none, or one beyond every bound",
        next: "look for NaN and huge values among credits and prices")
}

import Batch
import System

/// The lines that were not imported: all are counted, the first ones told.
struct BadLines: Sendable {
    struct Place: Sendable {
        let line: Int
        let fault: ImportFault
    }

    /// As many are written to standard error.
    static let shown = 20
    /// As many stand in the JSON.
    static let listed = 1_000

    private(set) var count = 0
    private(set) var first: [Place] = []
    private var counts: [ImportFault.Reason: Int] = [:]

    mutating func note(_ fault: ImportFault, line: Int, _ log: Log) {
        count += 1
        counts[fault.reason, default: 0] += 1
        if first.count < Self.listed { first.append(Place(line: line, fault: fault)) }
        if count <= Self.shown { log.warning("bad_line", "line \(line, as: "line"): \(fault.message)") }
    }

    func tellTheRest(_ log: Log) {
        guard count > Self.shown else { return }
        log.warning("bad_lines", "and \(count - Self.shown, as: "more") more bad lines; --json lists the first 1000")
        for reason in ImportFault.Reason.allCases {
            guard let count = counts[reason] else { continue }
            log.warning("bad_lines_by_reason", "\(count, as: "lines") lines: \(reason, as: "reason")")
        }
    }

    var json: JSONText.Value {
        .array(
            first.map { place in
                .object([
                    ("line", .integer(Int64(place.line))),
                    ("field", place.fault.field.map { .string($0.rawValue) } ?? .null),
                    ("reason", .string(place.fault.reason.rawValue)),
                ])
            })
    }
}

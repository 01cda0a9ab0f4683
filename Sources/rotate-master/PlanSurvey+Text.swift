import Batch
import Reports
import System

extension PlanSurvey {
    var outcome: Outcome { .first(of: checks.filter { $0.status == .fail }.map(\.outcome)) }

    var text: String {
        let sections = [head, stepLines, nextLines, keyLines, checkLines, forecastLines, obstacleLines]
        return sections.filter { !$0.isEmpty }.map { $0.map { $0 + "\n" }.joined() }.joined(separator: "\n")
    }

    private var head: [String] {
        let target = order.target.map { ", to master key \($0)" } ?? ""
        return ["rotate-master plan at \(picture.at.toTheSecond)\(target)"]
    }

    private var stepLines: [String] {
        guard order.target != nil else { return [] }
        return ["Steps"]
            + AlignedRows.lines(
                DeployOrder.Step.allCases.enumerated().map { index, step in
                    [
                        order.state(of: step).rawValue, "\(index + 1)", step.title.description,
                        order.detail(of: step).text,
                    ]
                })
    }

    private var nextLines: [String] {
        ["Next, as \(order.role):", "  \(order.command.text)"]
    }

    private var keyLines: [String] {
        if picture.keys.isEmpty { return ["Master keys: none"] }
        let head = ["version", "state", "keys", "set aside", "seals booked", "seals left"]
        return ["Master keys"]
            + AlignedRows.lines(
                [head]
                    + picture.keys.map { key in
                        [
                            "\(key.version)", key.state?.rawValue ?? "NOT REGISTERED", "\(key.readable)",
                            "\(key.quarantined)", "\(key.sealedCount)", "\(key.sealsLeft)",
                        ]
                    })
    }

    private var checkLines: [String] {
        ["Looked at before a sweep"]
            + AlignedRows.lines(
                checks.flatMap { check -> [[String]] in
                    let row = [check.status.word, check.name.description, check.detail.text]
                    return [row] + (check.mend.map { [["", "", "mend: \($0.text)"]] } ?? [])
                })
    }

    private var forecast: PlanForecast? {
        guard let target = order.target, picture.remaining(for: target) > 0 else { return nil }
        let rates = picture.shards.filter { $0.sweptAt == nil }.compactMap(\.rowsPerSecond)
        let isSweeping = picture.openRotation?.target == target && !picture.liveLeases.isEmpty && !rates.isEmpty
        return PlanForecast(
            keys: picture.remaining(for: target), measuredRate: isSweeping ? rates.reduce(0, +) : nil,
            tableBytes: picture.tableBytes,
            staysHeapOnly: spoilers.isEmpty && !horizon.contains { $0.isLasting == true })
    }

    private var forecastLines: [String] {
        guard let forecast else { return [] }
        return ["Forecast"] + AlignedRows.lines(forecast.lines)
    }

    /// Once a retirement is next: what still stands against it on the usual terms.
    private var obstacleLines: [String] {
        guard order.next == .retire, let key = picture.previous.first else { return [] }
        if obstacles.isEmpty { return ["Nothing stands against retiring version \(key.version)."] }
        let terms = RetirementTerms(version: key.version)
        return ["In the way of retiring version \(key.version)"]
            + obstacles.flatMap { obstacle -> [String] in
                let words = terms.words(for: obstacle, in: picture)
                return ["  \(words.what.text)", "    next: \(words.next.text)"]
            }
    }

    var details: [(String, JSONText.Value)] {
        [
            ("at", .moment(picture.at)), ("target", order.target.map { .count($0) } ?? .null),
            ("next_step", order.next.map { .string($0.rawValue) } ?? .null), ("next", .string(order.command.text)),
            (
                "steps",
                .array(
                    DeployOrder.Step.allCases.map { step in
                        .object([
                            ("step", .string(step.rawValue)), ("state", .string(order.state(of: step).rawValue)),
                            ("detail", .string(order.detail(of: step).text)),
                        ])
                    })
            ),
            ("master_keys", .array(picture.keys.map(\.json))),
            (
                "checks",
                .array(
                    checks.map { check in
                        .object([
                            ("check", .string(check.name.description)), ("status", .string(check.status.rawValue)),
                            ("detail", .string(check.detail.text)), ("mend", .text(check.mend?.text)),
                        ])
                    })
            ),
            ("horizon", .array(horizon.map(\.json))),
            (
                "forecast",
                forecast.map { forecast in
                    .object([
                        ("keys", .count(forecast.keys)),
                        ("seconds_default", .number(forecast.politeTime / .seconds(1))),
                        ("seconds_fast", .number(forecast.fastTime / .seconds(1))),
                    ])
                } ?? .null
            ), ("obstacles", .array(order.next == .retire ? obstacles.map { .string($0.rawValue) } : [])),
        ]
    }
}

extension MasterKeyEntry {
    var json: JSONText.Value {
        .object([
            ("version", .count(version)), ("state", .text(state?.rawValue)), ("keys", .count(readable)),
            ("quarantined", .count(quarantined)), ("sealed_count", .count(sealedCount)),
            ("seals_left", .count(sealsLeft)), ("activated_at", .moment(activatedAt)),
            ("retired_at", .moment(retiredAt)),
        ])
    }
}

extension CheckStatus {
    /// As wide as it must be in a column.
    var word: String {
        switch self {
        case .pass: "pass"
        case .fail: "FAIL"
        case .notDecided: "open"
        }
    }
}

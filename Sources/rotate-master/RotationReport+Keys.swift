import Batch
import Reports
import System

extension RotationReport {
    static func register(_ evidence: RotationEvidence) -> Section {
        Section(
            "Key register",
            notes: [
                """
                Seals are counted by every writer and never given back; 2^32 is the most that random nonces allow \
                under one key (NIST SP 800-38D). A key seals from the day it is made current until another one is.
                """
            ],
            tables: [
                Table(
                    "Master keys and what they seal",
                    columns: [
                        Column("version", "Version"), Column("state", "State"),
                        Column("current_from", "Current from", .timestamp),
                        Column("current_until", "Until", .timestamp), Column("days", "Days", .count),
                        Column("retired_at", "Retired", .timestamp),
                        Column("keys", "Keys stored", .count), Column("seals", "Seals booked", .count),
                        Column("seal_percent", "% of 2^32", .decimal),
                        Column("may_seal_until", "May seal until", .timestamp),
                    ],
                    rows: evidence.picture.keys.map { row(of: $0, evidence) })
            ])
    }

    private static func row(of key: MasterKeyEntry, _ evidence: RotationEvidence) -> [Cell] {
        let until = end(of: key, evidence.picture)
        let days = key.activatedAt.map { Int(((until ?? evidence.picture.at).since($0)).components.seconds / 86_400) }
        return [
            .text("\(key.version)"), .text(key.state?.rawValue ?? "not registered"), moment(key.activatedAt),
            key.state == .current ? .text("now") : moment(until), days.map { .count($0) } ?? .text("-"),
            moment(key.retiredAt), .count(key.stored), .count(key.sealedCount),
            .decimal(percent(key.sealedCount, of: MasterKeyEntry.sealLimit)),
            moment(key.activatedAt.map { $0 + evidence.retention.cryptoperiod }),
        ]
    }

    /// When the next key was made current.
    private static func end(of key: MasterKeyEntry, _ picture: RotationPicture) -> Timestamp? {
        guard key.state != .current, let from = key.activatedAt else { return nil }
        return picture.keys.compactMap(\.activatedAt).filter { $0 > from }.min() ?? key.retiredAt
    }

    static func moment(_ moment: Timestamp?) -> Cell { moment.map { .timestamp($0) } ?? .text("-") }

    /// To a ten-thousandth, downwards; digits alone.
    static func percent(_ count: Int, of whole: Int) -> String {
        guard whole > 0 else { return "0" }
        let share = min(Double(max(0, count)) / Double(whole), 1) * 100
        let scaled = Int((share * 10_000).rounded(.down))
        let digits = String(scaled % 10_000 + 10_000).dropFirst()
        return "\(scaled / 10_000).\(digits)"
    }

    static func beforeAndAfter(_ evidence: RotationEvidence) -> Section {
        let before = Dictionary(
            (evidence.picture.rotation?.before ?? []).map { ($0.version, $0.keys) },
            uniquingKeysWith: { first, _ in first })
        let after = Dictionary(
            evidence.picture.keys.map { ($0.version, $0.stored) }, uniquingKeysWith: { first, _ in first })
        let versions = Set(before.keys).union(after.keys).sorted()
        let isKnown = evidence.picture.rotation != nil
        return Section(
            "Before and after",
            notes: isKnown ? [] : ["No rotation is on record, so nothing is known of a time before."],
            tables: [
                Table(
                    "Keys by master key version, rows set aside included",
                    columns: [
                        Column("version", "Version"), Column("before", "When the rotation began", .count),
                        Column("after", "At the end of this run", .count),
                    ],
                    rows: versions.map { version in
                        [
                            .text("\(version)"), isKnown ? .count(before[version] ?? 0) : .unknown,
                            .count(after[version] ?? 0),
                        ]
                    },
                    totals: [
                        .text("all"), isKnown ? .count(before.values.reduce(0, +)) : .unknown,
                        .count(after.values.reduce(0, +)),
                    ])
            ])
    }
}

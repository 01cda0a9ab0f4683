import Batch
import FoundationEssentials
import Reports
import System

/// The report of a run: a pure function of its evidence, so that the same evidence gives the same bytes.
enum RotationReport {
    static func of(_ evidence: RotationEvidence, outcome: Outcome) -> Report {
        var report = Report(
            id: evidence.runID.uuidString.lowercased(), job: "rotate-master", title: title(evidence),
            tool: "byok-maintenance", toolVersion: SuiteVersion.text.description, outcome: outcome.name.description)
        report.facts = facts(evidence)
        report.checks = checks(evidence)
        report.sections = [
            register(evidence), beforeAndAfter(evidence), steps(evidence), sweep(evidence), quarantined(evidence),
            readersAndReplicas(evidence), remains(evidence), decryptions(evidence),
        ]
        if let books = evidence.books, !books.isPartial { report.tieOuts = [books.tieOut] }
        return report
    }

    private static func title(_ evidence: RotationEvidence) -> String {
        switch evidence.command {
        case .run: "Rotation of the master key"
        case .verify: "Verification under the new master key"
        case .retire: "Retirement of a master key"
        }
    }

    private static func facts(_ evidence: RotationEvidence) -> [Fact] {
        let rotation = evidence.picture.rotation
        var facts = [
            Fact("Command", .text("rotate-master " + evidence.command.rawValue)),
            Fact("Run by", .text(evidence.picture.who)), Fact("Started", .timestamp(evidence.startedAt)),
            Fact("Finished", .timestamp(evidence.picture.at)),
            Fact("Took", .duration(evidence.picture.at.since(evidence.startedAt))),
            Fact("To master key", evidence.target.map { .count($0) } ?? .unknown),
            Fact("Rotation begun", rotation.map { .timestamp($0.startedAt) } ?? .unknown),
            Fact("Begun by", rotation.map { .text($0.startedBy) } ?? .unknown),
            Fact("Keys sealed anew", .count(evidence.sealedAnew)),
        ]
        if let words = rotation?.holdersConfirmed { facts.append(Fact("Readers vouched for", .text(words))) }
        if let reason = evidence.stopReason { facts.append(Fact("Ended early", .text(reason))) }
        return facts
    }

    private static func decryptions(_ evidence: RotationEvidence) -> Section {
        Section(
            "Decryptions",
            notes: ["A key is opened to be sealed anew, to look at what was sealed, and to verify the end."],
            tables: [
                Table(
                    "How often this run opened a key, and what for",
                    columns: [Column("purpose", "Purpose"), Column("count", "Count", .count)],
                    rows: evidence.openings.map { [.text($0.purpose.description), .count($0.count)] })
            ])
    }

    private static func quarantined(_ evidence: RotationEvidence) -> Section {
        let listed = evidence.quarantined.keys
        let rest = evidence.quarantined.count - listed.count
        return Section(
            "Rows set aside",
            notes: [
                """
                These rows do not open under the version they name. Their sealed bytes are as they were found. Retiring \
                that version loses them, unless they are mended first.
                """
            ] + (rest > 0 ? ["The first \(listed.count); \(rest) more are in the database."] : []),
            tables: [
                Table(
                    "Rows that do not open",
                    columns: [
                        Column("key_id", "Key", .identifier), Column("user_id", "User", .identifier),
                        Column("provider", "Provider"), Column("version", "Version", .count),
                        Column("reason", "Reason"), Column("set_aside_at", "Set aside", .timestamp),
                    ],
                    rows: listed.map { key in
                        [
                            .text(key.keyID.uuidString.lowercased()), .text(key.userID.uuidString.lowercased()),
                            .text(key.provider), .count(key.version), .text(key.reason), .timestamp(key.at),
                        ]
                    })
            ])
    }
}

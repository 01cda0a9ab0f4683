import Batch
import Reports
import System

extension RotationReport {
    /// What a rotation does not erase, said plainly.
    static func remains(_ evidence: RotationEvidence) -> Section {
        Section(
            "What rotation does not erase",
            notes: [
                """
                Sealing anew replaces a ciphertext in the table. The older ciphertext stays in copies until they expire: in \
                dead rows until VACUUM, in WAL, in backups, on replicas that are behind. When measured, 199 of 200 older \
                ciphertexts were still in WAL after VACUUM had cleared the table.
                """,
                """
                A routine rotation: keep the older key offline until the last date below, or a restored backup cannot be \
                read. After a leak of the older key: destroy these copies, or accept in writing that they are readable \
                until then; and ask the users to replace their keys.
                """,
            ],
            tables: [
                Table(
                    "Where ciphertexts under an older key may still be, and until when",
                    columns: [
                        Column("place", "Place"), Column("until", "Until", .timestamp), Column("why", "Why"),
                    ],
                    rows: [deadRows(evidence), wal(evidence), backups(evidence), replicas(evidence), storage])
            ])
    }

    private static func deadRows(_ evidence: RotationEvidence) -> [Cell] {
        let place = Cell.text("dead rows of the table")
        guard let end = evidence.picture.rotation?.validation?.at else {
            return [place, .unknown, .text("the sweep is not over")]
        }
        guard let vacuumedAt = evidence.picture.vacuumedAt, vacuumedAt > end else {
            return [place, .unknown, .text("not vacuumed since the sweep: vacuum byok.api_keys")]
        }
        return [
            place, .timestamp(vacuumedAt), .text("vacuumed since; a session with an older snapshot may have kept some"),
        ]
    }

    private static func wal(_ evidence: RotationEvidence) -> [Cell] {
        until(.text("archived WAL"), evidence.walUntil, evidence, "--wal-retention")
    }

    private static func backups(_ evidence: RotationEvidence) -> [Cell] {
        until(.text("backups and snapshots"), evidence.backupsUntil, evidence, "--backup-retention")
    }

    private static func until(
        _ place: Cell, _ moment: Timestamp?, _ evidence: RotationEvidence, _ flag: String
    ) -> [Cell] {
        if let moment { return [place, .timestamp(moment), .text("the last one before the end of the sweep expires")] }
        let isOver = evidence.picture.rotation?.validation != nil
        return [place, .unknown, .text(isOver ? "not decided: \(flag) was not given" : "the sweep is not over")]
    }

    private static func replicas(_ evidence: RotationEvidence) -> [Cell] {
        let behind = evidence.picture.replicas.filter { $0.isPastEnd != true }.map(\.name)
        let place = Cell.text("replicas that are behind")
        guard evidence.picture.rotation?.lastPosition != nil else {
            return [place, .unknown, .text("the sweep is not over")]
        }
        if behind.isEmpty { return [place, .text("-"), .text("none is behind the end of the sweep")] }
        return [place, .unknown, .text(behind.joined(separator: ", "))]
    }

    private static let storage: [Cell] = [
        .text("freed blocks of disks, swap, core files"), .unknown, .text("the database cannot know"),
    ]
}

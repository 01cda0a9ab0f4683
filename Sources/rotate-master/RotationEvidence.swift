import Batch
import FoundationEssentials
import Postgres
import System

/// What a run of any command leaves as evidence.
struct RotationEvidence: Sendable {
    enum Command: String, CaseIterable, Sendable {
        case run, verify, retire
    }

    let command: Command
    let runID: UUID
    let startedAt: Timestamp
    /// How often this run opened a key, by purpose.
    let openings: [(purpose: StaticString, count: Int)]
    /// What a verification came to.
    let books: VerifyBooks?
    /// Why it ended before its end.
    let stopReason: String?
    let retention: Retention
    let picture: RotationPicture
    let quarantined: QuarantinedKeys
}

extension RotationEvidence {
    /// What a run knows of itself.
    struct Course: Sendable {
        let command: Command
        let runID: UUID
        let startedAt: Timestamp
        let retention: Retention
        var openings: [(purpose: StaticString, count: Int)] = []
        var books: VerifyBooks?
        var stopReason: String?
    }

    /// Reads the rest, as it is now.
    static func gather(
        _ course: Course, on connection: PostgresConnection
    ) async throws(JobFailure) -> RotationEvidence {
        do throws(PostgresError) {
            return try await connection.transaction(.snapshot) { transaction throws(PostgresError) in
                RotationEvidence(
                    command: course.command, runID: course.runID, startedAt: course.startedAt,
                    openings: course.openings,
                    books: course.books, stopReason: course.stopReason, retention: course.retention,
                    picture: try RotationPicture(transaction), quarantined: try QuarantinedKeys(transaction))
            }
        } catch { throw JobFailure(error) }
    }

    var target: Int? { picture.rotation?.target ?? picture.current?.version }

    /// From the beginning of the rotation to the proof, or until now.
    var rotationTime: Duration? {
        picture.rotation.map { ($0.validation?.at ?? picture.at).since($0.startedAt) }
    }

    var sealedAnew: Int { picture.shards.reduce(0) { $0 &+ $1.rotated } }
    var heapOnly: Int { picture.shards.reduce(0) { $0 &+ $1.heapOnly } }
    var walBytes: Int { picture.shards.reduce(0) { $0 &+ $1.walBytes } }

    /// Until when something sealed under an older key may come back, from each place; nil where nobody decided.
    var backupsUntil: Timestamp? { end.flatMap { end in retention.backups.map { end + $0 } } }
    var walUntil: Timestamp? { end.flatMap { end in retention.wal.map { end + $0 } } }
    /// From here on nothing is written under an older key.
    private var end: Timestamp? { picture.rotation?.validation?.at }
    /// The later of the two; nil where either is not known.
    var keepUntil: Timestamp? {
        guard let backupsUntil, let walUntil else { return nil }
        return max(backupsUntil, walUntil)
    }
}

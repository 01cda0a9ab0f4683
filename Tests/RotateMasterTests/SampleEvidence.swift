import Foundation
import System

@testable import rotate_master

extension RotationEvidence {
    static let start = Timestamp(microseconds: 1_795_440_000_000_000)
    static let day = Duration.seconds(86_400)

    static func id(_ number: Int) -> UUID {
        UUID(uuidString: "00000000-0000-4000-8000-00000000000\(number % 10)") ?? UUID()
    }

    /// The retirement at the end of a rotation of a million keys, two of which did not open.
    static let example = RotationEvidence(
        command: .retire, runID: id(1), startedAt: start, openings: [], books: nil, stopReason: nil,
        retention: Retention(backups: .seconds(35 * 86_400), wal: .seconds(14 * 86_400)), picture: .example,
        quarantined: QuarantinedKeys(
            count: 2,
            keys: [
                .init(
                    keyID: id(2), userID: id(3), provider: "openai", version: 1, at: start - .seconds(26 * 3600),
                    reason: "not_authentic"),
                .init(
                    keyID: id(4), userID: id(5), provider: "groq", version: 1, at: start - .seconds(26 * 3600),
                    reason: "too_short"),
            ]))

    /// The same with parts of it exchanged.
    func changed(
        command: Command? = nil, books: VerifyBooks? = nil, retention: Retention? = nil,
        picture: RotationPicture? = nil, quarantined: QuarantinedKeys? = nil, stopReason: String? = nil
    ) -> RotationEvidence {
        RotationEvidence(
            command: command ?? self.command, runID: runID, startedAt: startedAt, openings: openings,
            books: books ?? self.books, stopReason: stopReason ?? self.stopReason,
            retention: retention ?? self.retention, picture: picture ?? self.picture,
            quarantined: quarantined ?? self.quarantined)
    }
}

extension RotationPicture {
    private static let start = RotationEvidence.start

    static let example = picture()

    static func picture(
        keys: [MasterKeyEntry] = [.first, .second], rotation: RotationEntry? = .example,
        shards: [ShardEntry] = .example,
        readers: [Reader] = Self.readers, silent: [Reader] = [], replicas: [Replica] = Self.replicas
    ) -> RotationPicture {
        RotationPicture(
            at: start + .milliseconds(1_273), who: "byok_operator", isOperator: true, tableBytes: 284_622_848,
            indexBytes: 128_450_560, vacuumedAt: start - .seconds(7200), keys: keys, rotation: rotation, shards: shards,
            leases: [], pause: nil, readers: readers, silent: silent, replicas: replicas)
    }

    static let readers = [
        Reader(process: "web.1", versions: [1, 2], seenAt: start - .seconds(41)),
        Reader(process: "web.2", versions: [1, 2], seenAt: start - .seconds(12)),
        Reader(process: "revalidate", versions: [1, 2], seenAt: start - .seconds(2580)),
    ]

    static let replicas = [
        Replica(name: "replica_a", kind: "replica", behindBytes: 1_216, behindSeconds: 0.002, isPastEnd: true)
    ]
}

extension MasterKeyEntry {
    private static let start = RotationEvidence.start

    static let first = MasterKeyEntry(
        version: 1, state: .retired, checkValue: nil, sealedCount: 1_612_000,
        createdAt: start - .seconds(180 * 86_400), activatedAt: start - .seconds(180 * 86_400), retiredAt: start,
        readable: 0, quarantined: 2)
    static let second = MasterKeyEntry(
        version: 2, state: .current, checkValue: nil, sealedCount: 1_204_000,
        createdAt: start - .seconds(3 * 86_400), activatedAt: start - .seconds(2 * 86_400), retiredAt: nil,
        readable: 1_200_431, quarantined: 0)
}

extension RotationEntry {
    private static let start = RotationEvidence.start

    static let example = RotationEntry(
        id: 1, target: 2, startedAt: start - .seconds(26 * 3600 + 40), startedBy: "byok_rotate",
        holdersConfirmed: nil, quarantined: 2, fencedAt: start - .seconds(26 * 3600 - 2), isFenced: true,
        validation: Proof(at: start - .seconds(26 * 3600 - 3), rows: 1_200_309, quarantined: 2), isProved: true,
        lastPosition: "4/5F0021B8",
        verification: Proof(at: start - .seconds(25 * 3600), rows: 1_200_315, quarantined: 2),
        finishedAt: start, end: .retired, before: [(1, 1_200_201), (2, 87)])

    /// The same rotation at an earlier step.
    func stopped(proved: Bool, verified: Bool, fenced: Bool = true) -> RotationEntry {
        RotationEntry(
            id: id, target: target, startedAt: startedAt, startedBy: startedBy, holdersConfirmed: holdersConfirmed,
            quarantined: quarantined, fencedAt: proved ? fencedAt : nil, isFenced: proved && fenced,
            validation: proved ? validation : nil, isProved: proved && fenced,
            lastPosition: proved ? lastPosition : nil, verification: verified ? verification : nil, finishedAt: nil,
            end: nil, before: before)
    }
}

extension [ShardEntry] {
    static let example: [ShardEntry] = [
        ShardEntry(
            shard: "0/1", pass: 2, total: 1_200_201, rotated: 1_200_183, changed: 12, deleted: 4, quarantined: 2,
            heapOnly: 1_188_903, walBytes: 648_098_820, batchSize: 20, statementTime: .microseconds(251),
            rowsPerSecond: 31_204, replicaLagBytes: 1_216, waiting: nil,
            sweptAt: RotationEvidence.start - .seconds(26 * 3600),
            updatedAt: RotationEvidence.start - .seconds(26 * 3600))
    ]
}

import Batch
import Postgres
import System

/// What stands against retiring a key, as the database names it.
enum RetirementObstacle: String, CaseIterable, Sendable {
    case notPrevious = "not_previous"
    case notSwept = "not_swept"
    case notProved = "not_proved"
    case notVerified = "not_verified"
    case grace
    case quarantined
    case readers
    case replicas
    /// Asked by `retire` itself: the database does not know of it.
    case declaredReplica = "declared_replica"

    static func all(
        _ terms: RetirementTerms, _ transaction: borrowing Transaction
    ) throws(PostgresError) -> [RetirementObstacle] {
        let statement = Statement(
            "retirement_obstacles", sql: PackageResources.picture_obstacles_sql, terms.parameters,
            deadline: RotationPicture.wholeTable)
        return try RotationPicture.all(statement, transaction) { row throws(PostgresError) in
            guard let obstacle = RetirementObstacle(rawValue: try row.text("code")) else {
                throw PostgresError(.unexpectedResult, operation: "read column", name: "code")
            }
            return obstacle
        }
    }
}

/// On which terms a key shall be retired.
struct RetirementTerms: Sendable {
    static let defaultGrace = Duration.seconds(86_400)

    let version: Int
    var acceptedQuarantined = 0
    var grace = Self.defaultGrace
    var holdersConfirmed: String?
    var ignoredReplicas: [String] = []

    /// `$1` to `$5` of the obstacles.
    var parameters: [Parameter] {
        [
            .int(version), .int(acceptedQuarantined), .interval(grace), .text(holdersConfirmed),
            .texts(ignoredReplicas),
        ]
    }
}

extension RetirementTerms {
    /// What is the matter, and what to do about it.
    func words(
        for obstacle: RetirementObstacle, in picture: RotationPicture
    ) -> (what: LogMessage, next: LogMessage) {
        let key = picture.keys.first { $0.version == version }
        switch obstacle {
        case .notPrevious: return notPrevious(key)
        case .notSwept:
            return ("\(key?.readable ?? 0) keys are still sealed under version \(version)", "rotate-master run")
        case .notProved:
            return (
                "the database has not proved that no key is left under an older version, or its fence is down",
                "rotate-master run"
            )
        case .notVerified: return ("not every key has been opened under the new version", "rotate-master verify")
        case .grace: return graceWords(picture)
        case .quarantined: return quarantinedWords(key)
        case .readers: return readerWords(picture)
        case .replicas: return replicaWords(picture)
        case .declaredReplica:
            return (
                "the replica of BYOK_REPLICA_URL is not past the end of the sweep, or does not say where it is",
                "wait for it; where it is gone for good, leave BYOK_REPLICA_URL out"
            )
        }
    }

    private func notPrevious(_ key: MasterKeyEntry?) -> (LogMessage, LogMessage) {
        switch key?.state {
        case .current:
            ("version \(version) is the current key", "make another one current first: rotate-master plan")
        case .retired: ("version \(version) is retired already", "nothing")
        default: ("version \(version) is not registered", "byok master-keys list names those that are")
        }
    }

    private func graceWords(_ picture: RotationPicture) -> (LogMessage, LogMessage) {
        let end = picture.rotation?.validation.map { $0.at + grace }
        return (
            "the grace period of \(grace) after the proof is not over",
            end.map { "wait until \(PlaceName($0.toTheSecond)), or give a shorter --grace" } ?? "rotate-master run"
        )
    }

    private func quarantinedWords(_ key: MasterKeyEntry?) -> (LogMessage, LogMessage) {
        let count = key?.quarantined ?? 0
        return (
            "\(count) keys under version \(version) are set aside and would be lost for good, \(acceptedQuarantined) accepted",
            count > 0
                ? "have them replaced, or give them up: --accept-quarantined \(count) (byok status and the report list them)"
                : "leave --accept-quarantined out"
        )
    }

    private func readerWords(_ picture: RotationPicture) -> (LogMessage, LogMessage) {
        let missing = picture.readers(without: picture.current?.version ?? 0)
        let names = NameList(missing.map(\.process))
        return (
            "\(missing.count) readers seen within 24 h do not hold the current key: \(names)",
            "give it to them; where they are gone for good: --holders-confirmed \"why\""
        )
    }

    private func replicaWords(_ picture: RotationPicture) -> (LogMessage, LogMessage) {
        let behind = picture.replicas.filter { $0.isPastEnd != true && !ignoredReplicas.contains($0.name) }
        return (
            """
            replicas are not past the end of the sweep, or nobody knows where they are: \
            \(NameList(behind.map { $0.isPastEnd == nil ? $0.name + " (not decided)" : $0.name }))
            """,
            """
            wait for them; grant the owner of schema byok pg_read_all_stats where positions are not shown; \
            for one that is gone for good: --ignore-replica NAME
            """
        )
    }
}

/// Names of processes or servers, the first ten.
struct NameList: Loggable {
    private let names: [String]

    init(_ names: [String]) { self.names = names }

    var logged: LogValue {
        let shown = names.prefix(10).map { PlaceName($0).logged }.map { value in
            if case .text(let text) = value { text } else { "" }
        }
        let rest = names.count - shown.count
        return .text(shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : ""))
    }
}

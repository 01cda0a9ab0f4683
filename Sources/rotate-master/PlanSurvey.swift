import Batch
import Postgres
import System
import Vault

/// Everything that a plan looks at, from one snapshot.
struct PlanSurvey: Sendable {
    struct Spoiler: Sendable {
        enum Kind: String, CaseIterable, Sendable, Loggable {
            case index, trigger, fillfactor
        }

        let kind: Kind
        let name: String
    }

    let picture: RotationPicture
    let order: DeployOrder
    let spoilers: [Spoiler]
    let horizon: [PlanHorizon]
    /// What stands against retiring the oldest previous key on the usual terms.
    let obstacles: [RetirementObstacle]
    /// Nil where none was given.
    let keyring: Keyring?

    init(
        reading connection: PostgresConnection, to target: Int?, _ keyring: Keyring?
    ) async throws(PostgresError) {
        self = try await connection.transaction(.snapshot) { transaction throws(PostgresError) in
            try PlanSurvey(transaction, target, keyring)
        }
    }

    private init(
        _ transaction: borrowing Transaction, _ target: Int?, _ keyring: Keyring?
    ) throws(PostgresError) {
        picture = try RotationPicture(transaction)
        order = DeployOrder(picture, to: target)
        spoilers = try RotationPicture.all(
            Statement("plan_spoilers", sql: PackageResources.plan_spoilers_sql), transaction, Spoiler.init)
        horizon = try RotationPicture.all(
            Statement("plan_horizon", sql: PackageResources.plan_horizon_sql), transaction, PlanHorizon.init)
        obstacles =
            try picture.previous.first.map { key throws(PostgresError) in
                try RetirementObstacle.all(RetirementTerms(version: key.version), transaction)
            } ?? []
        self.keyring = keyring
    }
}

extension PlanSurvey.Spoiler {
    fileprivate init(_ row: Row) throws(PostgresError) {
        guard let kind = Kind(rawValue: try row.text("kind")) else {
            throw PostgresError(.unexpectedResult, operation: "read column", name: "kind")
        }
        self.kind = kind
        name = try row.text("name")
    }
}

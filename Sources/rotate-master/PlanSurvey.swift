import Batch
import Postgres
import System
import Vault

/// Everything that a plan looks at, from one snapshot.
struct PlanSurvey: Sendable {
    struct Spoiler: Sendable {
        enum Kind: String, CaseIterable, Sendable, Loggable {
            case index, trigger, fillfactor, ids
        }

        let kind: Kind
        let name: String
    }

    /// A trigger of byok.api_keys that does not guard it.
    struct GuardFault: Sendable {
        let name: String
        let fault: String
    }

    let picture: RotationPicture
    let order: DeployOrder
    let spoilers: [Spoiler]
    let guardFaults: [GuardFault]
    let horizon: [PlanHorizon]
    /// What stands against retiring the oldest previous key on the usual terms.
    var obstacles: [RetirementObstacle]
    /// Nil where none was given.
    let keyring: Keyring?

    init(
        reading connection: PostgresConnection, to target: Int?, _ keyring: Keyring?
    ) async throws(PostgresError) {
        self = try await connection.transaction(.snapshot) { transaction throws(PostgresError) in
            try PlanSurvey(transaction, target, keyring)
        }
    }

    mutating func askDeclaredReplica() async throws(JobFailure) {
        guard let key = picture.previous.first else { return }
        if try await DeclaredReplica.isInTheWay(of: picture, RetirementTerms(version: key.version)) {
            obstacles.append(.declaredReplica)
        }
    }

    private init(
        _ transaction: borrowing Transaction, _ target: Int?, _ keyring: Keyring?
    ) throws(PostgresError) {
        picture = try RotationPicture(transaction)
        order = DeployOrder(picture, to: target)
        spoilers = try RotationPicture.all(
            Statement("plan_spoilers", sql: PackageResources.plan_spoilers_sql), transaction, Spoiler.init)
        guardFaults = try RotationPicture.all(
            Statement("plan_guards", sql: PackageResources.plan_guards_sql), transaction
        ) { row throws(PostgresError) in GuardFault(name: try row.text("name"), fault: try row.text("fault")) }
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

import Foundation
import Postgres
import TestSupport

/// A fresh database of the shared private cluster.
let sharedDatabase = try! PrivateCluster.shared.makeDatabase()

extension TestDatabase {
    func settings(role: String = "postgres", _ more: [String: String] = [:]) throws -> ConnectionSettings {
        var settings = try ConnectionSettings(variables: environment(role: role).merging(more) { $1 })
        settings.reconnectBudget = .seconds(20)
        return settings
    }

    func connection(role: String = "postgres", _ more: [String: String] = [:]) throws -> PostgresConnection {
        PostgresConnection(try settings(role: role, more))
    }
}

extension PostgresConnection {
    func run(_ sql: String, _ parameters: [Parameter] = []) throws(PostgresError) {
        try execute(Statement("run", sql: sql, parameters))
    }

    func ask(_ sql: String, _ parameters: [Parameter] = []) throws(PostgresError) -> Row {
        try query(Statement("ask", sql: sql, parameters)).single()
    }
}

func failure<Result>(_ body: () async throws(PostgresError) -> Result) async -> PostgresError? {
    do throws(PostgresError) {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}

public import Postgres

extension PostgresConnection {
    /// Asked first by what only the operator may do: otherwise the wrong role would be told that there is nothing to do.
    public nonisolated func expectOperator() async throws(JobFailure) {
        do throws(PostgresError) {
            let isOperator = try await query(
                Statement("is_operator", sql: PackageResources.is_operator_sql, idempotent: true)
            ).single().bool("is_operator")
            if isOperator { return }
        } catch { throw JobFailure(error) }
        throw JobFailure(
            .notPermitted, "only the operator may do this; nothing was done", next: "connect as byok_operator")
    }
}

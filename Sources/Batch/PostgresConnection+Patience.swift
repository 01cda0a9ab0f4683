public import Postgres

/// Statements that go on through lost connections and rows that others hold, as every job sends them.
///
/// Making a connection anew is patient by itself (``DatabaseFlags``); what repeats here is losing it again.
extension PostgresConnection {
    private static let attempts = 5

    /// In a read-only transaction, so that nothing on this path can write.
    public nonisolated func read(_ statement: Statement) async throws(JobFailure) -> Rows {
        var attempt = 1
        while true {
            do throws(PostgresError) {
                return try await transaction(.readOnly, retrying: 3) { transaction throws(PostgresError) in
                    try transaction.query(statement)
                }
            } catch {
                let isLost = error.kind == .connectionLost || error.kind == .commitUnknown
                guard isLost, attempt < Self.attempts else { throw JobFailure(error) }
                attempt += 1
            }
        }
    }

    /// For functions of the schema that may be called twice with the same words.
    public nonisolated func write(_ statement: Statement) async throws(JobFailure) -> Rows {
        var attempt = 1
        while true {
            do throws(PostgresError) {
                return try await query(statement)
            } catch {
                let isPassing = error.kind == .retryTransaction || error.kind == .timeout
                guard isPassing, attempt < Self.attempts else { throw JobFailure(error) }
                attempt += 1
            }
        }
    }

    /// Nil where somebody else holds a row's lock for longer than this role waits.
    public nonisolated func writeUnlessLocked(
        _ statement: Statement, attempts: Int = 2
    ) async throws(JobFailure) -> Rows? {
        for _ in 0..<attempts {
            do throws(PostgresError) {
                return try await query(statement)
            } catch  where error.kind == .retryTransaction || error.kind == .timeout {
                continue
            } catch {
                throw JobFailure(error)
            }
        }
        return nil
    }
}

import Foundation

/// One database of a private cluster, spoken to through the real psql.
public struct TestDatabase: Sendable {
    public let cluster: PrivateCluster
    public let name: String

    /// One that exists already, such as `postgres`.
    public init(cluster: PrivateCluster, name: String) {
        self.cluster = cluster
        self.name = name
    }

    /// What a program under test needs to connect as `role`.
    public func environment(role: String = "postgres") -> [String: String] {
        ["PGHOST": cluster.folder, "PGPORT": "\(cluster.port)", "PGUSER": role, "PGDATABASE": name]
    }

    public var environment: [String: String] { environment() }

    /// Runs statements as a login role; gives unaligned rows without headers, `|` between columns.
    public func psql(_ sql: String, role: String = "postgres") throws -> String {
        try run(["-c", sql], role: role)
    }

    /// Runs a file of the repository in one transaction, as `byok migrate` does.
    public func psqlFile(_ path: String, role: String = "postgres") throws {
        _ = try run(["--single-transaction", "-f", Repository.path(path)], role: role)
    }

    /// A statement that waits for ever fails its test instead of holding up all that come after.
    private func run(_ arguments: [String], role: String) throws -> String {
        let finished = try Subprocess.run(
            Repository.psql, ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose"] + arguments,
            environment: environment(role: role).merging(["PGOPTIONS": "-c statement_timeout=5min"]) { $1 })
        guard finished.status == 0 else { throw ClusterError(message: finished.stderr) }
        return finished.stdout.trimmingCharacters(in: .newlines)
    }

    /// Lets time pass: moves every timestamp in schema `byok` into the past. The suite asks the
    /// database for the time, so this is how a test waits 24 hours.
    public func shiftTime(by interval: String) throws {
        // Keys that hold a time are unique row by row, so all move far away first and then back.
        _ = try psql(
            """
            SET session_replication_role = replica;
            DO $$
            DECLARE moved record; far constant interval := '500 years';
            BEGIN
              FOR moved IN
                SELECT c.table_name, string_agg(format('%1$I = %1$I - %2$L::interval', c.column_name, far), ', ') AS away,
                       string_agg(format('%1$I = %1$I + %2$L::interval - %3$L::interval', c.column_name, far, '\(interval)'), ', ') AS back
                FROM information_schema.columns c
                JOIN information_schema.tables t USING (table_schema, table_name)
                WHERE c.table_schema = 'byok' AND t.table_type = 'BASE TABLE' AND c.data_type LIKE 'timestamp%'
                  AND c.is_generated = 'NEVER'
                GROUP BY c.table_name
              LOOP
                EXECUTE format('UPDATE byok.%I SET %s', moved.table_name, moved.away);
                EXECUTE format('UPDATE byok.%I SET %s', moved.table_name, moved.back);
              END LOOP;
            END $$;
            """)
    }
}

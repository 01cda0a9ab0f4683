import FoundationEssentials
import Postgres
import System

extension RotationPicture {
    /// All of it from one snapshot, so that its parts agree.
    init(reading connection: PostgresConnection) async throws(PostgresError) {
        self = try await connection.transaction(.snapshot) { transaction throws(PostgresError) in
            try RotationPicture(transaction)
        }
    }

    init(_ transaction: borrowing Transaction) throws(PostgresError) {
        let row = try transaction.query(Statement("picture_now", sql: PackageResources.picture_now_sql)).single()
        at = try row.timestamp("now")
        who = try row.text("who")
        isOperator = try row.bool("is_operator")
        tableBytes = try row.int("table_bytes")
        indexBytes = try row.int("index_bytes")
        vacuumedAt = try row.optionalTimestamp("vacuumed_at")
        keys = try Self.all(
            Statement("picture_keys", sql: PackageResources.picture_keys_sql, deadline: Self.wholeTable), transaction,
            MasterKeyEntry.init)
        rotation = try Self.all(
            Statement("picture_rotation", sql: PackageResources.picture_rotation_sql), transaction, RotationEntry.init
        ).first
        shards = try Self.all(
            Statement("picture_shards", sql: PackageResources.picture_shards_sql, [.int(rotation?.id)]), transaction,
            ShardEntry.init)
        leases = try Self.all(
            Statement("picture_leases", sql: PackageResources.picture_leases_sql), transaction, LeaseHolder.init)
        pause = try Self.all(
            Statement("picture_pause", sql: PackageResources.picture_pause_sql), transaction, Pause.init
        ).first
        readers = try Self.all(
            Statement("picture_readers", sql: PackageResources.picture_readers_sql), transaction, Reader.init)
        silent = try Self.all(
            Statement("picture_silent", sql: PackageResources.picture_silent_sql), transaction, Reader.init)
        replicas = try Self.all(
            Statement(
                "picture_replicas", sql: PackageResources.picture_replicas_sql, [.text(rotation?.lastPosition)]),
            transaction, Replica.init)
    }

    /// For statements that read every row.
    static let wholeTable: Duration = .seconds(600)

    static func all<Value>(
        _ statement: Statement, _ transaction: borrowing Transaction, _ read: (Row) throws(PostgresError) -> Value
    ) throws(PostgresError) -> [Value] {
        var values: [Value] = []
        for row in try transaction.query(statement) { values.append(try read(row)) }
        return values
    }
}

extension MasterKeyEntry {
    fileprivate init(_ row: Row) throws(PostgresError) {
        version = try row.int("version")
        state = try row.named("state")
        checkValue = try row.optionalBytes("check_value")
        sealedCount = try row.int("sealed_count")
        createdAt = try row.optionalTimestamp("created_at")
        activatedAt = try row.optionalTimestamp("activated_at")
        retiredAt = try row.optionalTimestamp("retired_at")
        readable = try row.int("readable")
        quarantined = try row.int("quarantined")
    }
}

extension RotationEntry {
    fileprivate init(_ row: Row) throws(PostgresError) {
        id = try row.int("id")
        target = try row.int("target")
        startedAt = try row.timestamp("started_at")
        startedBy = try row.text("started_by")
        holdersConfirmed = try row.optionalText("holders_confirmed")
        quarantined = try row.int("quarantined")
        fencedAt = try row.optionalTimestamp("fenced_at")
        isFenced = try row.bool("is_fenced")
        validation = try Proof(row, "validated")
        isProved = try row.bool("is_proved")
        lastPosition = try row.optionalText("last_lsn")
        verification = try Proof(row, "verified")
        finishedAt = try row.optionalTimestamp("finished_at")
        end = try row.named("ended_as")
        let versions = try row.ints("before_versions").compactMap { $0 }
        let counts = try row.ints("before_keys").compactMap { $0 }
        before = zip(versions, counts).map { ($0, $1) }
    }
}

extension RotationEntry.Proof {
    fileprivate init?(_ row: Row, _ step: String) throws(PostgresError) {
        guard let at = try row.optionalTimestamp(step + "_at") else { return nil }
        self.at = at
        rows = try row.int(step + "_rows")
        quarantined = try row.int(step + "_quarantined")
    }
}

extension ShardEntry {
    fileprivate init(_ row: Row) throws(PostgresError) {
        shard = try row.text("shard")
        pass = try row.int("pass")
        total = try row.int("total")
        rotated = try row.int("rotated")
        changed = try row.int("changed")
        deleted = try row.int("deleted")
        quarantined = try row.int("quarantined")
        heapOnly = try row.int("heap_only")
        walBytes = try row.int("wal_bytes")
        batchSize = try row.optionalInt("batch_size")
        statementTime = try row.optionalInt("statement_microseconds").map { .microseconds($0) }
        rowsPerSecond = try row.optionalDouble("rows_per_second")
        replicaLagBytes = try row.optionalInt("replica_lag_bytes")
        waiting = try row.named("waiting_for")
        sweptAt = try row.optionalTimestamp("swept_at")
        updatedAt = try row.timestamp("updated_at")
    }
}

extension RotationPicture.LeaseHolder {
    fileprivate init(_ row: Row) throws(PostgresError) {
        shard = try row.text("shard")
        holder = try row.text("holder")
        acquiredAt = try row.timestamp("acquired_at")
        until = try row.timestamp("until")
        isLive = try row.bool("is_live")
    }
}

extension RotationPicture.Pause {
    fileprivate init(_ row: Row) throws(PostgresError) {
        at = try row.timestamp("paused_at")
        by = try row.text("paused_by")
        reason = try row.text("reason")
        ofAllJobs = try row.bool("pauses_all")
    }
}

extension RotationPicture.Reader {
    fileprivate init(_ row: Row) throws(PostgresError) {
        process = try row.text("process")
        versions = try row.ints("versions").compactMap { $0 }
        seenAt = try row.timestamp("seen_at")
    }
}

extension RotationPicture.Replica {
    fileprivate init(_ row: Row) throws(PostgresError) {
        name = try row.text("name")
        kind = try row.text("kind")
        behindBytes = try row.optionalInt("behind_bytes")
        behindSeconds = try row.optionalDouble("behind_seconds")
        isPastEnd = try row.optionalBool("is_past")
    }
}

extension Row {
    /// A closed set of names; a word outside of it is a schema that this program does not know.
    fileprivate func named<Name: RawRepresentable>(
        _ column: String
    ) throws(PostgresError) -> Name? where Name.RawValue == String {
        guard let text = try optionalText(column) else { return nil }
        guard let name = Name(rawValue: text) else {
            throw PostgresError(.unexpectedResult, operation: "read column", name: column)
        }
        return name
    }
}

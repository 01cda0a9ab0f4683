import Batch
import FoundationEssentials
import Postgres
import Providers
import System

/// What people may see of a stored key: never more of it than its first four characters.
struct StoredKey: Sendable {
    let id: UUID
    private let fields: [(name: String, value: JSONText.Value)]

    /// Nil filters let everything pass.
    static func find(
        id: UUID? = nil, userID: UUID? = nil, provider: Provider? = nil, status: KeyStatus? = nil, limit: Int,
        on connection: PostgresConnection
    ) async throws(JobFailure) -> [StoredKey] {
        let statement = Statement(
            "keys", sql: PackageResources.keys_sql,
            [.uuid(userID), .text(provider?.rawValue), .text(status?.rawValue), .uuid(id), .int(limit)],
            idempotent: true)
        do throws(PostgresError) {
            return try await connection.query(statement).map { row throws(PostgresError) in try StoredKey(row) }
        } catch { throw JobFailure(error) }
    }

    private init(_ row: Row) throws(PostgresError) {
        id = try row.uuid("id")
        fields = [
            ("id", .string(id.uuidString.lowercased())),
            ("user_id", .string(try row.uuid("user_id").uuidString.lowercased())),
            ("provider", try row.json(text: "provider")), ("label", try row.json(text: "label")),
            ("key_prefix", try row.json(text: "key_prefix")), ("status", try row.json(text: "status")),
            ("last_verdict", try row.json(text: "last_verdict")),
            ("last_checked_at", try row.json(moment: "last_checked_at")),
            ("next_check_at", try row.json(moment: "next_check_at")),
            ("disabled_at", try row.json(moment: "disabled_at")),
            ("disabled_reason", try row.json(text: "disabled_reason")),
            ("quarantined_at", try row.json(moment: "quarantined_at")),
            ("quarantine_reason", try row.json(text: "quarantine_reason")),
            ("key_revision", try row.json(number: "key_revision")),
            ("master_key_version", try row.json(number: "master_key_version")),
            ("created_at", try row.json(moment: "created_at")),
        ]
    }

    var json: JSONText.Value { .object(fields) }

    /// One a line, what is not known left out.
    var text: String {
        var table = TextTable(["field", "value"])
        for field in fields {
            if let value = field.value.plain { table.append([field.name, value]) }
        }
        return table.text
    }

    func cells(_ names: [String]) -> [String] {
        names.map { name in fields.first { $0.name == name }?.value.plain ?? "-" }
    }
}

enum KeyStatus: String, CaseIterable, Loggable {
    case unchecked, active, suspected, disabled
}

extension Row {
    func json(text column: String) throws(PostgresError) -> JSONText.Value {
        try optionalText(column).map { .string($0) } ?? .null
    }

    func json(moment column: String) throws(PostgresError) -> JSONText.Value {
        try optionalTimestamp(column).map { .string($0.description) } ?? .null
    }

    func json(number column: String) throws(PostgresError) -> JSONText.Value {
        try optionalInt(column).map { .integer(Int64($0)) } ?? .null
    }

    func json(id column: String) throws(PostgresError) -> JSONText.Value {
        try optionalUUID(column).map { .string($0.uuidString.lowercased()) } ?? .null
    }
}

extension JSONText.Value {
    /// For a table's cell; nil for null.
    var plain: String? {
        switch self {
        case .string(let text): text
        case .integer(let number): String(number)
        case .bool(let value): String(value)
        case .null, .number, .array, .object: nil
        }
    }
}

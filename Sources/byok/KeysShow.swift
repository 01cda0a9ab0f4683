import ArgumentParser
import Batch
import FoundationEssentials
import Postgres
import System

struct KeysShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows one stored key's state, its history and its last checks.",
        discussion: """
            Never more of the key than its first four characters.

            Examples:
              byok keys show 0b6a…
              byok keys show 0b6a… --json

            Exit: 0 done, 1 there is no such key, 64 usage, 69 database unavailable, 77 not permitted.
            """)

    @OptionGroup var output: ReplyFlags
    @OptionGroup var database: DatabaseFlags

    @Argument(help: "The key's id.") var id: String

    func run() async {
        await JobRunner.reply("byok-keys-show", output) { [self] () throws(JobFailure) in
            let id = try KeyFlags.uuid(id, "the key's id")
            let connection = try database.connection(for: "byok-keys-show")
            let events = try await Self.history(id, Self.events, PackageResources.key_events_sql, connection)
            let checks = try await Self.history(id, Self.checks, PackageResources.key_checks_sql, connection)
            let key = try await StoredKey.find(id: id, limit: 1, on: connection).first
            return Reply(
                Self.text(key, events, checks),
                details: [
                    ("key", key?.json ?? .null), ("events", Self.json(events)), ("checks", Self.json(checks)),
                ], outcome: key == nil ? .findings : .done)
        }
    }

    private typealias Fields = [(String, JSONText.Value)]

    private static func history(
        _ id: UUID, _ read: @Sendable (Row) throws(PostgresError) -> Fields, _ sql: [UInt8],
        _ connection: PostgresConnection
    ) async throws(JobFailure) -> [Fields] {
        do throws(PostgresError) {
            return try await connection.query(Statement("key_history", sql: sql, [.uuid(id)], idempotent: true))
                .map { row throws(PostgresError) in try read(row) }
        } catch { throw JobFailure(error) }
    }

    @Sendable private static func events(_ row: Row) throws(PostgresError) -> Fields {
        [
            ("at", try row.json(moment: "at")), ("event", try row.json(text: "event")),
            ("run_id", try row.json(id: "run_id")), ("reason", try row.json(text: "reason")),
        ]
    }

    @Sendable private static func checks(_ row: Row) throws(PostgresError) -> Fields {
        [
            ("at", try row.json(moment: "at")), ("verdict", try row.json(text: "verdict")),
            ("outcome", try row.json(text: "outcome")), ("http_status", try row.json(number: "http_status")),
            ("code", try row.json(text: "code")), ("request_id", try row.json(text: "request_id")),
            ("latency_ms", try row.json(number: "latency_ms")),
        ]
    }

    private static func json(_ rows: [Fields]) -> JSONText.Value { .array(rows.map { .object($0) }) }

    private static func text(_ key: StoredKey?, _ events: [Fields], _ checks: [Fields]) -> String {
        let isKnown = !events.isEmpty || !checks.isEmpty
        var text =
            key?.text
            ?? (isKnown ? "this key is deleted; what remains is its history\n" : "there is no such key\n")
        for rows in [events, checks] where !rows.isEmpty {
            var table = TextTable(rows[0].map(\.0))
            for row in rows { table.append(row.map { $0.1.plain ?? "-" }) }
            text += "\n" + table.text
        }
        return text
    }
}

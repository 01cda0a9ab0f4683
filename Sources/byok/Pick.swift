import ArgumentParser
import Batch
import FoundationEssentials
import Postgres
import System

struct Pick: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says which of a user's keys an analysis would use, and why not the others.",
        discussion: """
            Asks byok.best_key, as the orchestrator does. Without a key that may be used the answer is plan: the \
            analysis runs on the plan's credits.

            Examples:
              byok pick --user-id 00000000-0000-4000-8000-00000000000a --task audit_web
              byok pick --user-id ... --task seo --context '{"needs": ["european"], "providers": ["mistral"]}'

            Exit: 0 answered, also with plan; 64 unknown task or malformed context, 69 database, 77 rights.
            """)

    @OptionGroup var output: ReplyFlags
    @OptionGroup var database: DatabaseFlags

    @Option(help: "The user, a UUID.") var userID: String
    @Option(help: "What the key is for, such as audit_web.") var task: String
    @Option(help: "JSON: needs, providers and not_keys, each a list.") var context = "{}"

    func validate() throws {
        guard UUID(uuidString: userID) != nil else { throw ValidationError("--user-id is not a UUID") }
        guard PickContext(parsing: context) != nil else {
            throw ValidationError(
                "--context is not a JSON object of the lists needs, providers and not_keys, and nothing else")
        }
    }

    func run() async {
        await JobRunner.reply("byok-pick", output) { [self] () throws(JobFailure) in
            let connection = try database.connection(for: "byok-pick")
            let answer: Result<Reply, JobFailure>
            do throws(PostgresError) {
                answer = try await self.answer(from: connection)
            } catch { throw JobFailure(error) }
            return try answer.get()
        }
    }

    private func answer(
        from connection: PostgresConnection
    ) async throws(PostgresError) -> Result<Reply, JobFailure> {
        let user = UUID(uuidString: userID)
        let about = Statement("pick_task", sql: PackageResources.pick_task_sql, [.text(task), .uuid(user)])
        let keys = Statement(
            "pick", sql: PackageResources.pick_sql,
            [.uuid(user), .text(task), .json(PickContext(parsing: context)?.json)])
        let known = try await connection.query(about).single()
        guard try known.bool("is_known") else { return .failure(try unknownTask(known)) }
        if let hidden = try await hiddenKeys(connection) { return .failure(hidden) }
        let choices = try await connection.query(keys).map { row throws(PostgresError) in try PickedKey(row) }
        return .success(PickAnswer(task: task, keys: choices).reply)
    }

    private func unknownTask(_ row: Row) throws(PostgresError) -> JobFailure {
        let tasks = try row.texts("tasks").compactMap { $0 }.joined(separator: ", ")
        return JobFailure(
            .usage, "there is no task \(PlaceName(task))",
            next: tasks.isEmpty ? "fill byok.task_routes" : "name one of \(PlaceName(tasks))")
    }

    /// "No key" must not mean "not shown". A role that may not count is one whose rows are its own.
    private func hiddenKeys(_ connection: PostgresConnection) async throws(PostgresError) -> JobFailure? {
        do throws(PostgresError) {
            let row = try await connection.query(
                Statement("doctor_visible_keys", sql: PackageResources.doctor_visible_keys_sql)
            ).single()
            let (seen, stored) = (try row.int("seen"), try row.int("stored"))
            guard seen < stored else { return nil }
            return JobFailure(
                .notPermitted, "row security shows this session \(seen) of \(stored) keys",
                next: "connect as byok_operator, and run jobs/sql/roles.sql as an administrator")
        } catch {
            guard error.kind == .notPermitted else { throw error }
            return nil
        }
    }
}

/// The part of a request that narrows the choice; what it does not know it refuses, as a typing error would
/// silently widen the choice.
struct PickContext: Codable {
    var needs: [String]?
    var providers: [String]?
    var not_keys: [UUID]?

    init?(parsing text: String) {
        let bytes = Data(text.utf8)
        guard let names = try? JSONDecoder().decode([String: Anything].self, from: bytes).keys,
            Set(names).isSubset(of: ["needs", "providers", "not_keys"]),
            let context = try? JSONDecoder().decode(PickContext.self, from: bytes)
        else { return nil }
        self = context
    }

    /// With ids in lower case, as the database writes them.
    var json: String {
        var fields: [(String, JSONText.Value)] = []
        if let needs { fields.append(("needs", .array(needs.map { .string($0) }))) }
        if let providers { fields.append(("providers", .array(providers.map { .string($0) }))) }
        if let not_keys {
            fields.append(("not_keys", .array(not_keys.map { .string($0.uuidString.lowercased()) })))
        }
        return JSONText.write(.object(fields))
    }

    private struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }
}

import Batch
import FoundationEssentials
import Postgres
import System

/// What taking a run back came to, or would come to.
struct UndoResult: Sendable {
    struct SentMail: Sendable {
        let keyID: UUID
        let userID: UUID
        let sentAt: Timestamp
    }

    let isDryRun: Bool
    let restored: Int
    let changedSince: Int
    let mailsWithdrawn: Int
    let mailsAlreadySent: Int
    /// At most a thousand of them; all are counted.
    let sentMails: [SentMail]

    /// Nil where there is no such run.
    static func of(
        _ runID: UUID, _ reason: String, on connection: PostgresConnection, isDryRun: Bool
    ) async throws(PostgresError) -> UndoResult? {
        try await connection.transaction(isDryRun ? .snapshot : .readWrite, retrying: 5) {
            transaction throws(PostgresError) in
            let known = Statement("undo_run_known", sql: PackageResources.undo_run_known_sql, [.uuid(runID)])
            guard try transaction.query(known).single().bool("is_known") else { return nil }
            let statement =
                isDryRun
                ? Statement("undo_preview", sql: PackageResources.undo_preview_sql, [.uuid(runID)])
                : Statement("undo_run", sql: PackageResources.undo_run_sql, [.uuid(runID), .text(reason)])
            let row = try transaction.query(statement).single()
            return try UndoResult(row, isDryRun, try sent(runID, transaction))
        }
    }

    private static func sent(
        _ runID: UUID, _ transaction: borrowing Transaction
    ) throws(PostgresError) -> [SentMail] {
        var mails: [SentMail] = []
        let statement = Statement("undo_sent_mails", sql: PackageResources.undo_sent_mails_sql, [.uuid(runID)])
        for row in try transaction.query(statement) {
            mails.append(
                SentMail(
                    keyID: try row.uuid("key_id"), userID: try row.uuid("user_id"),
                    sentAt: try row.timestamp("sent_at")))
        }
        return mails
    }

    private init(_ row: Row, _ isDryRun: Bool, _ sentMails: [SentMail]) throws(PostgresError) {
        self.isDryRun = isDryRun
        restored = try row.int("restored")
        changedSince = try row.int("already_changed")
        mailsWithdrawn = try row.int("mails_withdrawn")
        mailsAlreadySent = try row.int("mails_already_sent")
        self.sentMails = sentMails
    }

    var reply: Reply {
        Reply(text, details: details, outcome: mailsAlreadySent > 0 ? .findings : .done)
    }

    private var text: String {
        let would = isDryRun ? "would be " : ""
        var lines = [
            "\(Count(restored, "key")) \(would)restored, due at once",
            "\(Count(changedSince, "key")) left alone: replaced, deleted or restored since",
            "\(Count(mailsWithdrawn, "mail")) \(would)withdrawn",
            "\(Count(mailsAlreadySent, "mail")) sent already",
        ]
        if !sentMails.isEmpty { lines += ["", "Somebody should write to the users of these keys:"] }
        lines += sentMails.map {
            "  key \($0.keyID.uuidString.lowercased())  user \($0.userID.uuidString.lowercased())  sent \($0.sentAt)"
        }
        let rest = mailsAlreadySent - sentMails.count
        if rest > 0 { lines.append("  and \(rest) more") }
        if isDryRun { lines.append("Nothing was done.") }
        return lines.map { $0 + "\n" }.joined()
    }

    private var details: [(String, JSONText.Value)] {
        [
            ("dry_run", .bool(isDryRun)), ("restored", .count(restored)), ("changed_since", .count(changedSince)),
            ("mails_withdrawn", .count(mailsWithdrawn)), ("mails_already_sent", .count(mailsAlreadySent)),
            (
                "sent_mails",
                .array(
                    sentMails.map {
                        .object([
                            ("key_id", .id($0.keyID)), ("user_id", .id($0.userID)), ("sent_at", .moment($0.sentAt)),
                        ])
                    })
            ),
        ]
    }
}

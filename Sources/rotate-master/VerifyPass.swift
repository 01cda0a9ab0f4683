import Batch
import FoundationEssentials
import Postgres
import Vault

/// Opens every key in one snapshot, row after row in the order of the disk. Holds one row, and the few that do not open.
///
/// One snapshot makes the count exact, and starting again costs little: a million keys take seconds.
struct VerifyPass: Sendable {
    /// More of them than this in hand, and the pass ends: they are set aside, and somebody looks for the cause.
    static let mostUnreadable = 1000
    private static let rowsBetweenLooks = 256

    let keyring: Keyring
    let stop: StopCondition
    let progress: Progress

    struct End: Sendable {
        var books = VerifyBooks()
        var unreadable: [UnreadableRow] = []
        var stopReason: StopReason?

        var isFull: Bool { unreadable.count >= VerifyPass.mostUnreadable }
        /// Read to the last row.
        var isWhole: Bool { stopReason == nil && !isFull }
    }

    func travel(_ connection: PostgresConnection) async throws(JobFailure) -> End {
        do throws(Halted) {
            return try await connection.transaction(.snapshot) { transaction throws(Halted) in
                try travel(transaction)
            }
        } catch {
            switch error {
            case .ended(let end): return end
            case .failed(let failure): throw failure
            }
        }
    }

    private func travel(_ transaction: borrowing Transaction) throws(Halted) -> End {
        var end = End()
        end.books = try counted(transaction)
        var sealer = try makeSealer()
        var seen = 0
        try transaction.stream(Statement("verify_keys", sql: PackageResources.verify_keys_sql)) { row throws(Halted) in
            if let unreadable = try open(row, &sealer) {
                end.books.failed += 1
                end.unreadable.append(unreadable)
            } else {
                end.books.opened += 1
            }
            seen += 1
            guard seen % Self.rowsBetweenLooks == 0 || end.isFull else { return }
            progress.advance(by: Self.rowsBetweenLooks)
            end.stopReason = stop.reason
            guard end.isWhole else { throw .ended(end) }
        }
        return end
    }

    /// A role that row security lets see only a part of the keys would call the rest verified.
    private func counted(_ transaction: borrowing Transaction) throws(Halted) -> VerifyBooks {
        let books: VerifyBooks
        let everyone: Int
        do throws(PostgresError) {
            let statement = Statement(
                "verify_count", sql: PackageResources.verify_count_sql, deadline: RotationPicture.wholeTable)
            let row = try transaction.query(statement).single()
            books = VerifyBooks(stored: try row.int("stored"), leftOut: try row.int("quarantined"))
            everyone = try row.int("everyone")
        } catch { throw Halted(error) }
        guard books.stored == everyone else {
            throw .failed(
                JobFailure(
                    .notPermitted, "row security shows \(books.stored) of \(everyone) keys",
                    next: "run jobs/sql/roles.sql and take restrictive policies off byok.api_keys"))
        }
        return books
    }

    private func makeSealer() throws(Halted) -> KeySealer {
        do { return try KeySealer(keyring: keyring) } catch { throw .failed(JobFailure(error)) }
    }

    /// Nil where it opens.
    private func open(_ row: Row, _ sealer: inout KeySealer) throws(Halted) -> UnreadableRow? {
        let binding: SealBinding
        let fault: VaultError?
        do throws(PostgresError) {
            binding = try SealBinding(row)
            fault = try row.withBytes("sealed") { sealed throws(PostgresError) -> VaultError? in
                do throws(VaultError) {
                    _ = try sealer.open(sealed, for: binding)
                    return nil
                } catch { return error }
            }
        } catch { throw Halted(error) }
        guard let fault else { return nil }
        guard let reason = fault.quarantineReason else { throw .failed(JobFailure(fault)) }
        do throws(PostgresError) {
            return UnreadableRow(
                keyID: binding.keyID, version: Int(binding.masterKeyVersion.rawValue),
                sealed: try row.bytes("sealed"), reason: reason.description)
        } catch { throw Halted(error) }
    }
}

/// Why the stream was left before its end.
private enum Halted: PostgresFailure {
    case ended(VerifyPass.End)
    case failed(JobFailure)

    init(_ error: PostgresError) { self = .failed(JobFailure(error)) }
}

extension SealBinding {
    fileprivate init(_ row: Row) throws(PostgresError) {
        let number = try row.int("master_key_version")
        guard let version = MasterKeyVersion(number) else {
            throw PostgresError(.unexpectedResult, operation: "read column", name: "master_key_version")
        }
        self.init(
            keyID: try row.uuid("id"), userID: try row.uuid("user_id"), masterKeyVersion: version,
            provider: try row.text("provider"))
    }
}

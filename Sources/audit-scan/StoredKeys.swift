import Batch
import Fingerprints
import FoundationEssentials
import Postgres
import Scanner

/// What a scan knows of the stored keys.
struct StoredKeys: Sendable {
    let windows: StoredWindows
    /// A key's id by the number that a finding has.
    let ids: [UUID]
    /// All keys that are stored; nil where no database was asked.
    let storedCount: Int?
    /// Fingerprints that were made with another scan key.
    let foreignCount: Int

    static let none = StoredKeys(windows: .none, ids: [], storedCount: nil, foreignCount: 0)

    var knownCount: Int { ids.count }

    /// The migration that this program's statements need.
    private static let neededMigration = 18

    static func load(_ scanKey: ScanKey, from database: PostgresConnection) async throws(JobFailure) -> StoredKeys {
        let counts = try await Counts.read(database)
        let loaded: Loaded
        do throws(PostgresError) {
            loaded = try await database.transaction(.snapshot) { transaction throws(PostgresError) in
                var loaded = Loaded(scanKeyID: scanKey.id, expected: counts.windows)
                _ = try transaction.copyOut(
                    Statement("stored windows", sql: PackageResources.stored_windows_sql, deadline: .seconds(600))
                ) { row throws(PostgresError) in
                    guard loaded.add(row) else {
                        throw PostgresError(.unexpectedResult, operation: "stored windows")
                    }
                }
                return loaded
            }
        } catch {
            throw JobFailure(error)
        }
        return StoredKeys(
            windows: StoredWindows(loaded.windows), ids: loaded.ids, storedCount: counts.stored,
            foreignCount: loaded.foreignCount)
    }

    private struct Counts {
        let stored: Int
        let windows: Int

        static func read(_ database: PostgresConnection) async throws(JobFailure) -> Counts {
            do throws(PostgresError) {
                let row = try await database.query(
                    Statement("stored counts", sql: PackageResources.stored_counts_sql, idempotent: true)
                ).single()
                let schema = try row.optionalInt("schema_number") ?? 0
                guard schema >= neededMigration else {
                    throw PostgresError(.syntaxOrSchema, operation: "stored counts")
                }
                return Counts(stored: try row.int("stored"), windows: try row.int("windows"))
            } catch {
                throw JobFailure(error)
            }
        }
    }
}

/// Rows of `stored_windows.sql`, gathered.
private struct Loaded: Sendable {
    let scanKeyID: [UInt8]
    var windows = PairedWindows()
    var ids: [UUID] = []
    var foreignCount = 0

    init(scanKeyID: String, expected: Int) {
        self.scanKeyID = Array(scanKeyID.utf8)
        windows.reserve(expected)
    }

    /// `id`, tab, scan key's id, tab, hexadecimal digits, line end. False when it is something else.
    mutating func add(_ row: Span<UInt8>) -> Bool {
        let idEnd = 36
        let ownEnd = idEnd + 1 + scanKeyID.count
        guard row.count > idEnd, row[idEnd] == UInt8(ascii: "\t"), row[row.count - 1] == UInt8(ascii: "\n") else {
            return false
        }
        let isOwn =
            row.count > ownEnd + 1 && row[ownEnd] == UInt8(ascii: "\t")
            && scanKeyID.indices.allSatisfy { row[idEnd + 1 + $0] == scanKeyID[$0] }
        guard isOwn else {
            foreignCount += 1
            return (idEnd + 1..<row.count).contains { row[$0] == UInt8(ascii: "\t") }
        }
        let digits = row.extracting(ownEnd + 1..<row.count - 1)
        let count = digits.count / 16
        guard let number = UInt32(exactly: ids.count), windows.count + count < PairedWindows.maximumCount,
            digits.count % 16 == 0, let id = Self.uuid(row.extracting(0..<idEnd))
        else { return false }
        for index in 0..<count {
            guard let window = Self.number(digits, at: 16 * index) else { return false }
            windows.append(window, of: number)
        }
        ids.append(id)
        return true
    }

    /// Foundation has its own read with sscanf, which was a quarter of all the loading.
    private static func uuid(_ text: Span<UInt8>) -> UUID? {
        var digits: [UInt8] = []
        digits.reserveCapacity(32)
        for index in 0..<text.count where text[index] != UInt8(ascii: "-") { digits.append(text[index]) }
        guard digits.count == 32, let upper = number(digits.span, at: 0), let lower = number(digits.span, at: 16)
        else { return nil }
        func byte(_ index: UInt64) -> UInt8 {
            UInt8(truncatingIfNeeded: (index < 8 ? upper : lower) >> (56 - 8 * (index & 7)))
        }
        return UUID(
            uuid: (
                byte(0), byte(1), byte(2), byte(3), byte(4), byte(5), byte(6), byte(7),
                byte(8), byte(9), byte(10), byte(11), byte(12), byte(13), byte(14), byte(15)
            ))
    }

    /// Sixteen digits. Without a branch a digit, which would be guessed wrong every second time.
    private static func number(_ digits: Span<UInt8>, at start: Int) -> UInt64? {
        var value: UInt64 = 0
        var isHexadecimal = true
        for index in start..<start + 16 {
            let digit = digits[index]
            isHexadecimal = isHexadecimal && (digit &- 0x30 < 10 || digit &- 0x61 < 6)
            value = value << 4 | UInt64((digit & 15) &+ 9 &* (digit >> 6))
        }
        return isHexadecimal ? value : nil
    }
}

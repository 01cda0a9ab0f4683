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
        var tabs: [Int] = []
        for index in 0..<row.count where row[index] == 9 { tabs.append(index) }
        guard tabs.count == 2, tabs[0] == 36, row[row.count - 1] == 10 else { return false }
        let own = tabs[0] + 1..<tabs[1]
        guard own.count == scanKeyID.count, own.allSatisfy({ row[$0] == scanKeyID[$0 - own.lowerBound] }) else {
            foreignCount += 1
            return true
        }
        guard let id = UUID(uuidString: Self.text(row.extracting(0..<36))),
            let values = Self.windows(row.extracting(tabs[1] + 1..<row.count - 1)),
            let number = UInt32(exactly: ids.count), windows.count + values.count < PairedWindows.maximumCount
        else { return false }
        windows.append(values, of: number)
        ids.append(id)
        return true
    }

    private static func text(_ bytes: Span<UInt8>) -> String {
        var copy: [UInt8] = []
        for index in 0..<bytes.count { copy.append(bytes[index]) }
        return String(decoding: copy, as: UTF8.self)
    }

    private static func windows(_ digits: Span<UInt8>) -> [UInt64]? {
        guard digits.count % 16 == 0 else { return nil }
        var values: [UInt64] = []
        values.reserveCapacity(digits.count / 16)
        for start in stride(from: 0, to: digits.count, by: 16) {
            var value: UInt64 = 0
            for index in start..<start + 16 {
                let digit = digits[index]
                let number: UInt8
                switch digit {
                case 0x30...0x39: number = digit - 0x30
                case 0x61...0x66: number = digit - 0x61 + 10
                default: return nil
                }
                value = value << 4 | UInt64(number)
            }
            values.append(value)
        }
        return values
    }
}

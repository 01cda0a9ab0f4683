public import FoundationEssentials
public import Postgres
public import Vault

/// A sweep that only opens: whether every key would pass, and how long it took to read and open them.
public struct Rehearsal: Sendable {
    public struct Finding: Sendable {
        public internal(set) var opened = 0
        public internal(set) var unreadable: [(id: UUID, reason: String)] = []
        public internal(set) var isComplete = false
    }

    private let reader: PageReader
    private let keyring: Keyring
    private let halt: SweepHalt

    public init(
        _ range: KeyRange, _ keyring: Keyring, target: MasterKeyVersion, reading connection: PostgresConnection,
        _ halt: SweepHalt
    ) {
        reader = PageReader(connection: connection, target: target, range: range, pageSize: 1000)
        self.keyring = keyring
        self.halt = halt
    }

    /// `advanced` hears how many rows more were opened.
    public func run(_ advanced: @Sendable (Int) -> Void) async throws(RotationError) -> Finding {
        var finding = Finding()
        var rewrapper: Rewrapper
        do throws(VaultError) {
            rewrapper = try Rewrapper(keyring: keyring, target: reader.target)
        } catch {
            throw .vault(error)
        }
        var cursor: UUID?
        while !halt.isMet {
            let rows = try await reader.page(after: cursor)
            guard let last = rows.last else {
                finding.isComplete = true
                break
            }
            for row in rows { try Self.open(row, with: &rewrapper, &finding) }
            advanced(rows.count)
            cursor = last.id
        }
        finding.opened = rewrapper.openedCount
        return finding
    }

    private static func open(
        _ row: KeyRow, with rewrapper: inout Rewrapper, _ finding: inout Finding
    ) throws(RotationError) {
        guard let binding = row.binding else {
            finding.unreadable.append((row.id, "impossible_master_key_version"))
            return
        }
        do throws(VaultError) {
            try rewrapper.check(row.sealed.span, for: binding)
        } catch {
            guard let reason = error.quarantineReason else { throw .vault(error) }
            finding.unreadable.append((row.id, reason.description))
        }
    }
}

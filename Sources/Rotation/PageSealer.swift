internal import Postgres
internal import Vault

/// Seals pages anew. Books the seals before it makes them, a block at a time, so that the count of a master key is never
/// behind, whatever ends the process.
actor PageSealer {
    /// A block that is lost with its process is a hundred-thousandth of what a key may seal.
    static let block = 20_000

    private var rewrapper: Rewrapper
    private let connection: PostgresConnection
    private let tally: Tally
    private var booked = 0

    init(
        _ keyring: Keyring, _ target: MasterKeyVersion, booksOn connection: PostgresConnection, _ tally: Tally
    ) throws(RotationError) {
        do throws(VaultError) {
            rewrapper = try Rewrapper(keyring: keyring, target: target)
        } catch {
            throw .vault(error)
        }
        self.connection = connection
        self.tally = tally
    }

    func rewrap(_ page: RowPage) async throws(RotationError) -> RewrappedPage {
        try await book(page.rows.count)
        booked -= page.rows.count
        let (opened, sealed) = (rewrapper.openedCount, rewrapper.sealedCount)
        let result = try rewrapAll(page)
        let (newlyOpened, newlySealed) = (rewrapper.openedCount - opened, rewrapper.sealedCount - sealed)
        tally.change { standing in
            standing.counts.opened += newlyOpened
            standing.counts.compared += newlySealed
        }
        return result
    }

    private func rewrapAll(_ page: RowPage) throws(RotationError) -> RewrappedPage {
        var result = RewrappedPage(number: page.number)
        result.keys.reserveCapacity(page.rows.count)
        for row in page.rows {
            guard let binding = row.binding else {
                result.unreadable.append(UnreadableRow(row: row, reason: "impossible_master_key_version"))
                continue
            }
            do throws(VaultError) {
                result.keys.append(row, try rewrapper.rewrap(row.sealed.span, for: binding))
            } catch {
                guard let reason = error.quarantineReason else { throw .vault(error) }
                result.unreadable.append(UnreadableRow(row: row, reason: reason.description))
            }
        }
        return result
    }

    private func book(_ count: Int) async throws(RotationError) {
        guard booked < count else { return }
        var attempts = 0
        while true {
            let block = max(count, Self.block)
            do throws(VaultError) {
                let total = try await MasterKeyRegister.reserveSeals(block, under: rewrapper.target, on: connection)
                booked += block
                tally.change { $0.sealsBooked = total }
                return
            } catch {
                attempts += 1
                // Booked twice is no harm; not booked would be.
                guard case .database(let fault) = error, fault.isWorthRetrying, attempts < 5 else {
                    throw .vault(error)
                }
            }
        }
    }
}

import Batch
import FoundationEssentials
import Postgres
import Providers

/// Settles verdicts in batches while the lanes go on asking. Holds at most two batches; more must wait.
actor Settler: VerdictDesk {
    private static let patience: Duration = .seconds(1)
    private static let fingerprintBatch = 100
    private static let mostFingerprints = 500

    private let database: Database
    private let settings: RevalidateSettings
    private let pass: RunPass
    private let scanKeyID: String?
    private let ledger: Ledger
    private let keysInHand: KeysInHand
    private let halt: Halt

    private var pending: [Look] = []
    /// Looks and fingerprints on their way to the database: out of their queues, so that whoever empties those
    /// meanwhile does not touch them.
    private var settling = 0
    private var storing = 0
    private var oldest: ContinuousClock.Instant?
    /// Looks at keys that somebody else holds locked. They wait until all others have settled, and are tried once more.
    private var locked: [Look] = []
    private var isLastTry = false
    private var fingerprints: [StoredFingerprint] = []
    private var waitingForRoom: [CheckedContinuation<Void, Never>] = []
    private var isClosing = false
    private var isDead = false
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    init(
        _ database: Database, _ settings: RevalidateSettings, _ pass: RunPass, scanKeyID: String?, _ ledger: Ledger,
        _ keysInHand: KeysInHand, _ halt: Halt
    ) {
        self.database = database
        self.settings = settings
        self.pass = pass
        self.scanKeyID = scanKeyID
        self.ledger = ledger
        self.keysInHand = keysInHand
        self.halt = halt
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func take(_ look: Look) async {
        while pending.count + settling >= 2 * settings.batch, !isDead { await room() }
        guard !isDead else { return giveBack([look]) }
        pending.append(look)
        if oldest == nil { oldest = .now }
        if pending.count >= settings.batch { wakeUp.yield() }
    }

    func store(_ fingerprint: StoredFingerprint) async {
        while fingerprints.count + storing >= Self.mostFingerprints, !isDead { await room() }
        guard !isDead else { return }
        fingerprints.append(fingerprint)
        if fingerprints.count >= Self.fingerprintBatch { wakeUp.yield() }
    }

    func quarantine(_ key: DueKey, _ reason: String) async {
        defer { keysInHand.letGo([key.id]) }
        do throws(JobFailure) {
            // A row that somebody works on is met again by the next run.
            guard let rows = try await database.writeUnlessLocked(Queries.quarantine(key, reason, pass)) else {
                return ledger.enter(.returned, for: key.provider)
            }
            let isSet = try Database.reading { () throws(PostgresError) in try rows.single().bool("quarantined") }
            ledger.enter(isSet ? .quarantined : try await recordedOutcome(key), for: key.provider)
        } catch {
            ledger.enter(.returned, for: key.provider)
            // The keys that open are looked at all the same.
            if error.raised == Queries.tooManyUnreadable { halt.note(error) } else { die(error) }
        }
    }

    /// Until `close` was called and nothing is left.
    func run() async {
        let ticker = Task { [wakeUp] in
            while !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(200))
                wakeUp.yield()
            }
        }
        defer { ticker.cancel() }
        for await _ in wakeUps {
            repeat {
                if isBatchReady { await settleBatch() }
                // After every batch: verdicts may come without a pause for hours.
                while areFingerprintsReady { await storeFingerprints() }
                if isClosing, pending.isEmpty { takeUpLocked() }
            } while isBatchReady
            if isClosing, pending.isEmpty { return }
        }
    }

    /// No look comes after this.
    func close() {
        isClosing = true
        wakeUp.yield()
    }

    private var isBatchReady: Bool {
        guard !isDead, !pending.isEmpty else { return false }
        let isOld = oldest.map { $0.duration(to: .now) >= Self.patience } ?? false
        return pending.count >= settings.batch || isClosing || isOld
    }

    private var areFingerprintsReady: Bool {
        guard !isDead, !fingerprints.isEmpty else { return false }
        return fingerprints.count >= Self.fingerprintBatch || (isClosing && pending.isEmpty)
    }

    private func settleBatch() async {
        let batch = Array(pending.prefix(settings.batch))
        pending.removeFirst(batch.count)
        oldest = pending.isEmpty ? nil : .now
        settling = batch.count
        do throws(JobFailure) {
            let left = try await settle(batch)
            if isLastTry { giveBack(left) } else { locked += left }
        } catch {
            giveBack(batch)
            die(error)
        }
        settling = 0
        makeRoom()
    }

    /// Settles what it can, and gives the looks at keys that somebody else holds locked.
    private func settle(_ batch: [Look]) async throws(JobFailure) -> [Look] {
        var (free, left) = (batch, [Look]())
        var rounds = 0
        while !free.isEmpty, rounds < 5 {
            let statement = Queries.settle(free, pass, settings)
            if let rows = try await database.writeUnlessLocked(statement, attempts: 1) {
                try enter(rows, free)
                return left
            }
            let held = try await database.locked(free.map(\.keyID))
            left += free.filter { held.contains($0.keyID) }
            free.removeAll { held.contains($0.keyID) }
            rounds = held.isEmpty ? rounds + 1 : 0
        }
        // What is locked is no key: a provider's guard, or the lease.
        guard free.isEmpty else { throw JobFailure(PostgresError(.retryTransaction, operation: "settle checks")) }
        return left
    }

    private func takeUpLocked() {
        guard !locked.isEmpty else { return }
        (pending, locked, isLastTry) = (locked, [], true)
    }

    /// All of it or nothing: what fails here goes back as a whole.
    private func enter(_ rows: Rows, _ batch: [Look]) throws(JobFailure) {
        let providers = Dictionary(batch.map { ($0.keyID, $0.provider) }) { first, _ in first }
        let settled = try Database.reading { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in (try row.uuid("key_id"), try row.text("outcome")) }
        }
        guard settled.count == batch.count else {
            throw JobFailure(.broken, "\(batch.count) verdicts were sent and \(settled.count) settled")
        }
        var outcomes: [(KeyOutcome, Provider)] = []
        for (keyID, text) in settled {
            guard let provider = providers[keyID], let outcome = KeyOutcome(rawValue: text) else {
                throw JobFailure(.broken, "a verdict settled as something unheard of")
            }
            outcomes.append((outcome, provider))
        }
        for (outcome, provider) in outcomes { ledger.enter(outcome, for: provider) }
        keysInHand.letGo(batch.map(\.keyID))
    }

    private func recordedOutcome(_ key: DueKey) async throws(JobFailure) -> KeyOutcome {
        let rows = try await database.read(Queries.recordedOutcome(key.id, pass.runID))
        let text = try Database.reading { () throws(PostgresError) in try rows.single().text("outcome") }
        guard let outcome = KeyOutcome(rawValue: text) else {
            throw JobFailure(.broken, "a quarantine was recorded as something unheard of")
        }
        return outcome
    }

    /// Of a key that somebody else holds locked nothing is stored: its next look makes its fingerprint again.
    private func storeFingerprints() async {
        guard let scanKeyID else { return fingerprints = [] }
        let batch = Array(fingerprints.prefix(Self.fingerprintBatch))
        fingerprints.removeFirst(batch.count)
        storing = batch.count
        do throws(JobFailure) {
            let statement = Queries.putFingerprints(batch, scanKeyID: scanKeyID)
            if try await database.writeUnlessLocked(statement, attempts: 1) == nil {
                let held = try await database.locked(batch.map(\.keyID))
                let free = batch.filter { !held.contains($0.keyID) }
                _ = try await database.writeUnlessLocked(Queries.putFingerprints(free, scanKeyID: scanKeyID))
            }
        } catch {
            die(error)
        }
        storing = 0
        makeRoom()
    }

    /// What nobody will settle any more goes back: it is due again in the next run.
    private func die(_ failure: JobFailure) {
        isDead = true
        halt.fail(failure)
        giveBack(pending + locked)
        (pending, locked) = ([], [])
        fingerprints = []
        makeRoom()
        wakeUp.yield()
    }

    private func giveBack(_ looks: [Look]) {
        for look in looks { ledger.enter(.returned, for: look.provider) }
        keysInHand.letGo(looks.map(\.keyID))
    }

    private func room() async { await withCheckedContinuation { waitingForRoom.append($0) } }

    private func makeRoom() {
        let waiting = waitingForRoom
        waitingForRoom = []
        for continuation in waiting { continuation.resume() }
    }
}

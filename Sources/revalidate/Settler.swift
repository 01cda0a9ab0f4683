import Batch
import FoundationEssentials
import Postgres

/// Settles verdicts in batches while the lanes go on asking. Holds at most two batches; more must wait.
actor Settler: VerdictDesk {
    private static let patience: Duration = .seconds(1)
    private static let fingerprintBatch = 100

    private let database: Database
    private let settings: RevalidateSettings
    private let pass: RunPass
    private let scanKeyID: String?
    private let ledger: Ledger
    private let halt: Halt

    private var pending: [Look] = []
    private var oldest: ContinuousClock.Instant?
    private var fingerprints: [StoredFingerprint] = []
    private var waitingForRoom: [CheckedContinuation<Void, Never>] = []
    private var isClosing = false
    private var isDead = false
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    init(
        _ database: Database, _ settings: RevalidateSettings, _ pass: RunPass, scanKeyID: String?, _ ledger: Ledger,
        _ halt: Halt
    ) {
        self.database = database
        self.settings = settings
        self.pass = pass
        self.scanKeyID = scanKeyID
        self.ledger = ledger
        self.halt = halt
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func take(_ look: Look) async {
        while pending.count >= 2 * settings.batch, !isDead {
            await withCheckedContinuation { waitingForRoom.append($0) }
        }
        guard !isDead else { return ledger.enter(.returned, for: look.provider) }
        pending.append(look)
        if oldest == nil { oldest = .now }
        if pending.count >= settings.batch { wakeUp.yield() }
    }

    func store(_ fingerprint: StoredFingerprint) {
        fingerprints.append(fingerprint)
    }

    func quarantine(_ key: DueKey, _ reason: String) async {
        do throws(JobFailure) {
            let rows = try await database.write(Queries.quarantine(key, reason, pass))
            let isSet = try Database.reading { () throws(PostgresError) in try rows.single().bool("quarantined") }
            ledger.enter(isSet ? .quarantined : try await recordedOutcome(key), for: key.provider)
        } catch {
            ledger.enter(.returned, for: key.provider)
            die(error)
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
            while isBatchReady { await settleBatch() }
            while !isDead, fingerprints.count >= Self.fingerprintBatch || (isClosing && !fingerprints.isEmpty) {
                await storeFingerprints()
            }
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

    private func settleBatch() async {
        let batch = Array(pending.prefix(settings.batch))
        do throws(JobFailure) {
            let rows = try await database.write(Queries.settle(batch, pass, settings))
            try enter(rows, batch)
        } catch {
            return die(error)
        }
        pending.removeFirst(batch.count)
        oldest = pending.isEmpty ? nil : .now
        makeRoom()
    }

    private func enter(_ rows: Rows, _ batch: [Look]) throws(JobFailure) {
        let providers = Dictionary(batch.map { ($0.keyID, $0.provider) }) { first, _ in first }
        let settled = try Database.reading { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in (try row.uuid("key_id"), try row.text("outcome")) }
        }
        guard settled.count == batch.count else {
            throw JobFailure(.broken, "\(batch.count) verdicts were sent and \(settled.count) settled")
        }
        for (keyID, text) in settled {
            guard let provider = providers[keyID], let outcome = KeyOutcome(rawValue: text) else {
                throw JobFailure(.broken, "a verdict settled as something unheard of")
            }
            ledger.enter(outcome, for: provider)
        }
    }

    private func recordedOutcome(_ key: DueKey) async throws(JobFailure) -> KeyOutcome {
        let rows = try await database.read(Queries.recordedOutcome(key.id, pass.runID))
        let text = try Database.reading { () throws(PostgresError) in try rows.single().text("outcome") }
        guard let outcome = KeyOutcome(rawValue: text) else {
            throw JobFailure(.broken, "a quarantine was recorded as something unheard of")
        }
        return outcome
    }

    private func storeFingerprints() async {
        guard let scanKeyID else { return fingerprints = [] }
        let batch = Array(fingerprints.prefix(Self.fingerprintBatch))
        do throws(JobFailure) {
            _ = try await database.write(Queries.putFingerprints(batch, scanKeyID: scanKeyID))
            fingerprints.removeFirst(batch.count)
        } catch {
            die(error)
        }
    }

    /// What nobody will settle any more goes back: it is due again in the next run.
    private func die(_ failure: JobFailure) {
        isDead = true
        halt.fail(failure)
        for look in pending { ledger.enter(.returned, for: look.provider) }
        pending = []
        fingerprints = []
        makeRoom()
        wakeUp.yield()
    }

    private func makeRoom() {
        let waiting = waitingForRoom
        waitingForRoom = []
        for continuation in waiting { continuation.resume() }
    }
}

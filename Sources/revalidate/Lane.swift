import Batch
import HTTPS
import Providers
import Secrets
import Synchronization

/// One provider's keys: as many workers as its pace allows, each opening, asking and handing in one key at a time.
struct Lane: Sendable {
    let provider: Provider
    let pages: DuePages
    let pace: Pace
    let opener: KeyOpener
    let check: KeyCheck
    let control: ControlGroup
    let desk: any VerdictDesk
    let ledger: Ledger
    let log: Log
    let halt: Halt
    private let reachability = Reachability()
    private let end = LaneEnd()

    init(
        _ pages: DuePages, _ pace: Pace, _ opener: KeyOpener, _ check: KeyCheck, _ control: ControlGroup,
        _ desk: any VerdictDesk, _ ledger: Ledger, _ log: Log, _ halt: Halt
    ) {
        provider = pages.provider
        self.pages = pages
        self.pace = pace
        self.opener = opener
        self.check = check
        self.control = control
        self.desk = desk
        self.ledger = ledger
        self.log = log
        self.halt = halt
    }

    func run() async {
        if await control.begin() {
            await withTaskGroup(of: Void.self) { group in
                for worker in 0..<pace.widest { group.addTask { await work(worker) } }
            }
            for look in await control.finish() { await desk.take(look) }
        }
        if let reason = await control.failure { leave(reason) }
        await giveBackTheRest()
        // After the rest is counted: a lane that is left has one.
        if !halt.isMet, !Task.isCancelled, ledger.isDeaf(provider) { leave(.unreachable) }
    }

    private func work(_ worker: Int) async {
        while !isOver, await hasTurn(worker), let key = await pages.next() { await treat(key) }
    }

    private var isOver: Bool { halt.isMet || end.isReached || Task.isCancelled }

    /// Waits for this worker's turn; false when there is nothing more to wait for.
    private func hasTurn(_ worker: Int) async -> Bool {
        while !pace.admits(worker) {
            let isDrained = await pages.isDrained
            guard !isDrained, !isOver, await halt.sleep(for: .milliseconds(100)) else { return false }
        }
        let wait = ContinuousClock.now.duration(to: pace.nextStart())
        if wait > .zero { await halt.sleep(for: wait) }
        return !isOver
    }

    private func treat(_ key: DueKey) async {
        let opened = opener.open(key)
        switch consume opened {
        case .key(let secret): await ask(key, secret)
        case .unreadable(let reason): await desk.quarantine(key, reason)
        case .unknownVersion:
            ledger.metUnknownVersion()
            ledger.enter(.returned, for: provider)
        case .failed:
            ledger.enter(.returned, for: provider)
            halt.fail(JobFailure(.broken, "OpenSSL refused to open a key", next: "see the system's log"))
        }
    }

    private func ask(_ key: DueKey, _ secret: borrowing SecretBytes) async {
        let fingerprint: StoredFingerprint?
        do throws(JobFailure) {
            fingerprint = opener.needsFingerprint(key) ? try opener.fingerprint(key, secret) : nil
        } catch {
            ledger.opened(forFingerprint: false)
            ledger.enter(.returned, for: provider)
            return halt.fail(error)
        }
        ledger.opened(forFingerprint: fingerprint != nil)
        if let fingerprint { await desk.store(fingerprint) }
        let finding = await check.ask(provider, key: secret)
        ledger.asked(provider, finding)
        switch finding.fault {
        case .cancelled: return ledger.enter(.returned, for: provider)
        case .invalidRequest: return await desk.quarantine(key, "not_sendable")
        default: break
        }
        pace.note(finding)
        if reachability.isHopeless(after: finding.judgement.verdict) { leave(.unreachable) }
        let look = Look(key, finding)
        guard control.isConfigured else { return await desk.take(look) }
        for look in await control.admit(look) { await desk.take(look) }
        if let reason = await control.failure { leave(reason) }
    }

    private func leave(_ reason: UnfinishedReason) {
        guard end.reach() else { return }
        ledger.leaveUnfinished(provider, because: reason)
        let trouble: LogMessage = reason == .unreachable ? ledger.trouble(of: provider).map { " (\($0))" } ?? "" : ""
        log.warning("provider_not_decided", "\(provider, as: "provider") is not decided: \(reason)\(trouble)")
    }

    private func giveBackTheRest() async {
        guard isOver, !halt.cannotGoOn else { return }
        do throws(JobFailure) {
            ledger.enter(.returned, for: provider, count: try await pages.countRest())
        } catch {
            halt.fail(error)
        }
    }
}

/// Whether a lane takes no more keys.
private final class LaneEnd: Sendable {
    private let reached = Atomic<Bool>(false)

    var isReached: Bool { reached.load(ordering: .acquiring) }

    /// True the first time.
    func reach() -> Bool { !reached.exchange(true, ordering: .acquiringAndReleasing) }
}

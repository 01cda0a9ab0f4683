import KeySettings
import Providers
import Secrets

/// A key known to work and a made-up one, asked between the others: refusals count only between two moments at
/// which the first passed and the second was refused.
actor ControlGroup {
    static let interval = 200

    /// Without a canary nothing waits here.
    nonisolated let isConfigured: Bool
    private let provider: Provider
    private let canary: RunSecrets.Canary?
    private let check: KeyCheck
    private let ledger: Ledger

    private(set) var state: ProviderSummary.ControlGroup
    private(set) var failure: UnfinishedReason?
    private var refusals: [Look] = []
    private var looksSinceExam = 0
    private var isExamining = false

    init(_ provider: Provider, _ canary: RunSecrets.Canary?, _ check: KeyCheck, _ ledger: Ledger) {
        self.provider = provider
        self.canary = canary
        isConfigured = canary != nil
        self.check = check
        self.ledger = ledger
        state = canary == nil ? .notConfigured : .notDecided
    }

    /// Before the first key. False when this provider cannot be decided.
    func begin() async -> Bool { await examine() }

    /// Gives what may settle now: the look itself unless it is a refusal, and earlier refusals once they count.
    func admit(_ look: Look) async -> [Look] {
        var admitted: [Look] = []
        if look.verdict != .refused {
            admitted = [look]
        } else if failure == nil {
            refusals.append(look)
        } else {
            ledger.enter(.returned, for: provider)
        }
        looksSinceExam += 1
        if looksSinceExam >= Self.interval, !isExamining { admitted += await provenRefusals() }
        return admitted
    }

    /// After the last key: the refusals that still waited.
    func finish() async -> [Look] { refusals.isEmpty ? [] : await provenRefusals() }

    /// Refusals that come in while the control group is asked wait for the next time.
    private func provenRefusals() async -> [Look] {
        isExamining = true
        looksSinceExam = 0
        let count = refusals.count
        let isProven = await examine()
        isExamining = false
        guard isProven else {
            ledger.enter(.returned, for: provider, count: refusals.count)
            refusals = []
            return []
        }
        defer { refusals.removeFirst(count) }
        return Array(refusals.prefix(count))
    }

    private func examine() async -> Bool {
        guard let canary else { return true }
        guard failure == nil else { return false }
        let own = await check.ask(provider, key: canary.key)
        ledger.asked(provider, own, isControl: true)
        switch own.judgement.verdict {
        case .valid, .restricted, .exhausted: break
        case .transient: return fail(.controlUnanswered, .notDecided)
        case .refused, .unknown: return fail(.canaryRefused, .fail)
        }
        let invented = provider.decoyKey(seed: .random(in: .min ... .max))
        let decoy = await check.ask(provider, key: SecretBytes(copying: invented.span))
        ledger.asked(provider, decoy, isControl: true)
        switch decoy.judgement.verdict {
        case .refused: break
        case .transient: return fail(.controlUnanswered, .notDecided)
        case .valid, .restricted, .exhausted, .unknown: return fail(.decoyAccepted, .fail)
        }
        state = .pass
        return true
    }

    private func fail(_ reason: UnfinishedReason, _ state: ProviderSummary.ControlGroup) -> Bool {
        self.state = state
        failure = reason
        return false
    }
}

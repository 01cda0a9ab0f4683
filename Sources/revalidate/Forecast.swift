import Providers
import System

/// What settling would come to, for a dry run. It knows no witnesses: what it calls disabled may be held for want of one.
struct Forecast: VerdictDesk {
    let settings: RevalidateSettings
    let now: Timestamp
    /// Whose strikes a guard holds back. Whether this very run would trip one is not foretold.
    let guarded: Set<Provider>
    let ledger: Ledger
    let keysInHand: KeysInHand

    func take(_ look: Look) async {
        ledger.enter(outcome(of: look), for: look.provider)
        keysInHand.letGo([look.keyID])
    }

    func quarantine(_ key: DueKey, _ reason: String) async {
        ledger.enter(.quarantined, for: key.provider)
        keysInHand.letGo([key.id])
    }

    func store(_ fingerprint: StoredFingerprint) async {}

    func outcome(of look: Look) -> KeyOutcome {
        switch look.verdict {
        case .valid: return .valid
        case .restricted: return .restricted
        case .exhausted: return .exhausted
        case .transient: return .transient
        case .unknown: return .unknown
        case .refused:
            if guarded.contains(look.provider) { return .held }
            let gap = look.isSlow ? settings.confirmAfterSlow : settings.confirmAfter
            guard let first = look.firstRefusedAt else { return .suspected }
            return first + gap <= now ? .disabled : .suspected
        }
    }
}

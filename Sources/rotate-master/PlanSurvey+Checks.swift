import Batch
import System
import Vault

extension PlanSurvey {
    var checks: [PlanCheck] {
        [registered, keyCheck, readers, seals, heapOnly] + horizonChecks
            + [replicas, pause, quarantine].compactMap { $0 }
    }

    /// Keys that a row names must be known before anything can be said about them.
    private var registered: PlanCheck {
        let unknown = picture.keys.filter { $0.state == nil }
        guard let first = unknown.first else {
            return .pass("registered keys", "every version that a row names is registered")
        }
        return .fail(
            "registered keys", "\(first.stored) rows name version \(first.version), which nobody registered",
            mend: "byok master-keys register, with that key in BYOK_MASTER_KEYS", outcome: .misconfigured)
    }

    private var keyCheck: PlanCheck {
        guard let keyring else {
            return .open(
                "key check", "BYOK_MASTER_KEYS is not set here, so nothing was proved about the keys themselves",
                mend: "plan on the host that will run the sweep, or look at byok doctor --job rotate-master there")
        }
        for key in picture.keys {
            guard let held = MasterKeyVersion(key.version).flatMap({ keyring[$0] }), let stored = key.checkValue
            else { continue }
            guard held.isProved(by: stored.span) else {
                return .fail(
                    "key check", "the configured master key \(key.version) is not the one registered",
                    mend: "configure the right key; nothing was opened", outcome: .misconfigured)
            }
        }
        let missing = picture.keys.filter { key in
            (key.readable > 0 || key.version == order.target)
                && MasterKeyVersion(key.version).flatMap { keyring[$0] } == nil
        }
        guard let first = missing.first else {
            return .pass("key check", "every key that is needed is here, and is what it says")
        }
        return .fail(
            "key check",
            "BYOK_MASTER_KEYS has not version \(first.version), under which \(first.readable) keys are sealed",
            mend: "add it", outcome: .misconfigured)
    }

    private var readers: PlanCheck {
        guard let target = order.target else { return .pass("readers", "no key waits to be given to them") }
        if picture.readers.isEmpty {
            return .open(
                "readers", "no reader said within 24 h which keys it holds",
                mend: "let the product call byok.tell_held_keys (see jobs/rotate-master.md), or make sure by hand")
        }
        let missing = picture.readers(without: target)
        if missing.isEmpty { return silentReaders(without: target) }
        return .fail(
            "readers", "\(missing.count) do not hold version \(target): \(NameList(missing.map(\.process)))",
            mend: """
                give it to them and restart them; for those that are gone for good: byok master-keys set-current \
                --readers-are-gone, rotate-master run --holders-confirmed "why"
                """)
    }

    private func silentReaders(without target: Int) -> PlanCheck {
        let silent = picture.silent(without: target)
        guard let first = silent.first else {
            return .pass("readers", "all \(picture.readers.count) hold version \(target)")
        }
        return .open(
            "readers",
            "\(silent.count) fell silent more than 24 h ago and did not hold version \(target): \(NameList(silent.map(\.process)))",
            mend: """
                give it to those that run; one that is gone is forgotten with select \
                byok.tell_held_keys('\(PlaceName(first.process))', '{}')
                """)
    }

    private var seals: PlanCheck {
        guard let target = order.target, let key = picture.keys.first(where: { $0.version == target }) else {
            return .pass("seals", "no key waits to be sealed under")
        }
        let needed = picture.remaining(for: target)
        let (after, _) = key.sealedCount.addingReportingOverflow(needed)
        let detail: LogMessage = "\(key.sealsLeft) of 2^32 are left under version \(target), the sweep takes \(needed)"
        if needed > key.sealsLeft || after > MasterKeyEntry.sealWarning {
            return .fail("seals", detail, mend: "generate and register another key, and rotate to that one")
        }
        return .pass("seals", detail)
    }

    private var heapOnly: PlanCheck {
        guard let first = spoilers.first else {
            return .pass("heap-only updates", "no index, trigger or full page is in their way")
        }
        let others: LogMessage = spoilers.count > 1 ? ", and \(spoilers.count - 1) more" : ""
        let mend: LogMessage =
            switch first.kind {
            case .index: "drop the index: it makes the sweep 2.7 times slower and the table grow"
            case .trigger: "disable the trigger for the sweep, or be sure that it changes nothing"
            case .fillfactor: "alter table byok.api_keys set (fillfactor = 85), then vacuum full in a quiet hour"
            }
        return .fail("heap-only updates", "\(first.kind) \(PlaceName(first.name))\(others)", mend: mend)
    }

    private var horizonChecks: [PlanCheck] {
        let name: StaticString = "old snapshots"
        let lasting = horizon.filter { $0.isLasting == true }
        if lasting.isEmpty {
            let unknown = horizon.filter { $0.isLasting == nil }
            guard let first = unknown.first else { return [.pass(name, "nothing keeps dead rows alive")] }
            return [
                .open(
                    name, "\(first.words): for how long is not shown",
                    mend:
                        "grant the owner of schema byok pg_read_all_stats, or look at pg_stat_activity as an administrator"
                )
            ]
        }
        return lasting.map { .fail(name, $0.words, mend: $0.mend) }
    }

    private var replicas: PlanCheck? {
        if picture.replicas.isEmpty { return .pass("replicas", "none is connected, and no slot waits for one") }
        let unknown = picture.replicas.filter { $0.behindBytes == nil }
        guard unknown.isEmpty else {
            return .open(
                "replicas", "nobody knows where these are: \(NameList(unknown.map(\.name)))",
                mend: "grant the owner of schema byok pg_read_all_stats, or drop slots that nothing reads")
        }
        let furthest = picture.replicas.compactMap(\.behindBytes).max() ?? 0
        return .pass("replicas", "\(picture.replicas.count), the furthest \(furthest) bytes behind")
    }

    private var pause: PlanCheck? {
        guard let pause = picture.pause else { return nil }
        return .fail(
            "pause",
            "\(pause.ofAllJobs ? "every job" as StaticString : "rotate-master") is paused since \(PlaceName(pause.at.toTheSecond))",
            mend:
                "as byok_operator: select byok.resume('\(pause.ofAllJobs ? "*" as StaticString : "rotate-master")', '<reason>')"
        )
    }

    private var quarantine: PlanCheck? {
        let count = picture.keys.reduce(0) { $0 &+ $1.quarantined }
        guard count > 0 else { return nil }
        return .open(
            "rows set aside", "\(count) rows do not open; the sweep leaves them as they are",
            mend:
                "byok status lists them; before the older key is retired have them replaced, or mend and release them while it is current"
        )
    }
}

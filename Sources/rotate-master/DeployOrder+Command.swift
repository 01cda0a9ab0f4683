import Batch

extension DeployOrder {
    /// The exact next command; one line.
    var command: LogMessage {
        guard let target, let next else {
            return picture.keys.isEmpty
                ? "byok master-keys generate --to-file FILE, then byok master-keys register"
                : "nothing; to begin a rotation: (umask 077; byok master-keys generate >> FILE), then byok master-keys register"
        }
        switch next {
        case .register: return "byok master-keys register, with version \(target) in BYOK_MASTER_KEYS"
        case .readers:
            return "give version \(target) to the readers that lack it, restart them, then rotate-master plan"
        case .current: return "byok master-keys set-current --key-version \(target) --reason \"…\""
        case .sweep, .validate: return "rotate-master run --to \(target)"
        case .verify: return "rotate-master verify"
        case .retire:
            guard let oldest = picture.previous.first else { return "rotate-master plan" }
            return "\(RetireCommand(oldest))"
        }
    }

    /// Who may do it.
    var role: StaticString {
        switch next {
        case .current, .retire: "byok_operator"
        case .sweep, .validate, .verify: "byok_rotate"
        case .register, .readers, nil: "byok_operator"
        }
    }
}

/// The line that retires a key, ready to be pasted but for the reason.
struct RetireCommand: Loggable, Equatable {
    let version: Int
    let quarantined: Int

    init(_ key: MasterKeyEntry) {
        version = key.version
        quarantined = key.quarantined
    }

    static func words(_ version: Int) -> String { "retire version \(version)" }

    var logged: LogValue {
        let accepted = quarantined > 0 ? " --accept-quarantined \(quarantined)" : ""
        return .text(
            "rotate-master retire --key-version \(version)\(accepted) --reason \"…\" --confirm \"\(Self.words(version))\""
        )
    }
}

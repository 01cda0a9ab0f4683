import Batch
import HTTPS
import Providers

/// Where the resolver says the providers are. Nothing is sent to them.
enum DoctorNetwork {
    static func checks() -> [DoctorCheck] {
        var unknown = 0
        for provider in Provider.allCases {
            switch ResolvedHost.look(provider.origin.host) {
            case .everywherePublic: continue
            case .unknown: unknown += 1
            case .somewhereSpecial: return [special(provider)]
            }
        }
        guard unknown == 0 else {
            return [
                .fail(
                    "provider-hosts", .unavailable, "\(unknown) of \(Provider.allCases.count) hosts have no address",
                    why: "no key of theirs can be checked", mend: "let this machine resolve and reach them")
            ]
        }
        return [.pass("provider-hosts", "all \(Provider.allCases.count) have public addresses")]
    }

    private static func special(_ provider: Provider) -> DoctorCheck {
        .fail(
            "provider-hosts", .misconfigured, "the host of \(PlaceName(provider.rawValue)) has a private address",
            why: "a key goes to its provider and nowhere else", mend: "look at /etc/hosts and the resolver")
    }
}

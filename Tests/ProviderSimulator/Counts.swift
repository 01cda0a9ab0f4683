import Foundation
import Providers

/// What has arrived; keys under a short number, never as themselves.
struct Counts {
    var requests = 0
    var connections: [String: Int] = [:]
    var headerNames: [String: Set<String>] = [:]
    private var keys: [String: Int] = [:]
    private var keyRequests: [String: Int] = [:]
    private var present: [String: Int] = [:]
    private var mostAtOnce: [String: Int] = [:]

    mutating func saw(_ key: String, at provider: Provider) {
        keys["\(provider.rawValue) \(Self.fingerprint(key))", default: 0] += 1
        keyRequests[provider.rawValue, default: 0] += 1
    }

    mutating func arrived(_ provider: Provider) {
        let now = present[provider.rawValue, default: 0] + 1
        present[provider.rawValue] = now
        mostAtOnce[provider.rawValue] = max(now, mostAtOnce[provider.rawValue, default: 0])
    }

    mutating func left(_ provider: Provider) { present[provider.rawValue, default: 0] -= 1 }

    /// The answer to `/_simulator/counts`.
    var response: [UInt8] {
        let value: [String: Any] = [
            "requests": requests, "keys": keys, "key_requests": keyRequests, "connections": connections,
            "most_at_once": mostAtOnce, "header_names": headerNames.mapValues { $0.sorted() },
        ]
        let body = (try? JSONSerialization.data(withJSONObject: value, options: .sortedKeys)) ?? Data()
        return HTTPResponse.bytes(200, [("content-type", "application/json")], body: Array(body))
    }

    private static func fingerprint(_ key: String) -> String {
        let hash = key.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }
}

import Foundation
import Providers

/// What the simulator answers, and what it has seen. Read from the JSON file given with `--script`.
struct Script: Codable {
    /// Keys, or ends of keys, that work. Without this list every key works that is not named below.
    var live: [String]?
    /// By key or end of key: the names of the answers to give in turn; the last one stays.
    var answers: [String: [String]]?
    var latencyMilliseconds: Int?
}

/// What one request gets.
enum Reaction {
    case answer([UInt8])
    /// Half of an answer, then silence for a second a byte.
    case slowly([UInt8])
    case close, reset, hang
}

final class Simulation {
    private let script: Script
    private var turns: [String: Int] = [:]
    private var seen: [String: Int] = [:]
    private var headerNames: [String: Set<String>] = [:]
    private var serial = 0
    private let examples: [Provider: [String: AnswerExample]]

    init(_ script: Script) {
        self.script = script
        examples = Dictionary(
            uniqueKeysWithValues: Provider.allCases.map { provider in
                let all = provider.rules.flatMap(\.examples)
                return (provider, Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first }))
            })
    }

    var latency: Duration { .milliseconds(script.latencyMilliseconds ?? 0) }

    func react(to request: HTTPRequest, at provider: Provider) -> Reaction {
        if request.path == "/_simulator/counts" { return .answer(counts()) }
        serial &+= 1
        headerNames[provider.rawValue, default: []].formUnion(request.headers.keys)
        guard request.path == provider.path else { return give("not_found", provider, "") }
        let key = request.key(provider)
        seen["\(provider.rawValue) \(fingerprint(key))", default: 0] += 1
        return give(caseName(for: key, at: provider), provider, key)
    }

    private func caseName(for key: String, at provider: Provider) -> String {
        if let entry = script.answers?.first(where: { key.hasSuffix($0.key) }), !entry.value.isEmpty {
            let turn = turns[key, default: 0]
            turns[key] = turn + 1
            return entry.value[min(turn, entry.value.count - 1)]
        }
        guard let live = script.live else { return "valid" }
        return live.contains { key.hasSuffix($0) } ? "valid" : "invalid_key"
    }

    private func give(_ name: String, _ provider: Provider, _ key: String) -> Reaction {
        switch name {
        case "close": return .close
        case "reset": return .reset
        case "hang": return .hang
        case "garbage": return .answer(Array("\u{1}\u{2} not HTTP\r\n\r\n".utf8))
        case "slow": return .slowly(answer("valid", provider, key))
        default: return .answer(answer(name, provider, key))
        }
    }

    private func answer(_ name: String, _ provider: Provider, _ key: String) -> [UInt8] {
        let dead = provider == .mistral ? "unauthorized" : "invalid_key"
        let table = examples[provider] ?? [:]
        guard let example = table[name == "invalid_key" ? dead : name] ?? table["not_found"] else { return [] }
        let id = "req_sim\(serial)"
        let headers = example.headers.map { ($0.name, $0.value.replacing("<id>", with: id)) }
        return HTTPResponse.bytes(
            example.status, headers, body: example.body(forKey: Array(key.utf8), requestID: id))
    }

    private func counts() -> [UInt8] {
        let value: [String: Any] = [
            "requests": serial, "keys": seen, "header_names": headerNames.mapValues { $0.sorted() },
        ]
        let body = (try? JSONSerialization.data(withJSONObject: value, options: .sortedKeys)) ?? Data()
        return HTTPResponse.bytes(200, [("content-type", "application/json")], body: Array(body))
    }

    /// Keys are counted under a short number, never under themselves.
    private func fingerprint(_ key: String) -> String {
        let hash = key.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }
}

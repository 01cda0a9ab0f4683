import Foundation
import Providers

/// What one request gets.
enum Reaction {
    case answer([UInt8])
    /// Half of an answer, then silence.
    case half([UInt8])
    case close, reset, hang
}

/// What the simulator answers, and what it has seen.
final class Simulation {
    private let load: () throws -> Script
    private var script: Script
    private var catalogue: Catalogue
    private var live: KeyEnds<Bool>?
    private var answers: KeyEnds<[String]>
    private var turns: [String: Int] = [:]
    private var asked = 0
    private var counts = Counts()

    /// `load` is called again when somebody asks for `/_simulator/reload`.
    init(_ load: @escaping () throws -> Script) throws {
        self.load = load
        script = Script()
        catalogue = Catalogue(script)
        answers = KeyEnds([:])
        try reload()
    }

    private func reload() throws {
        script = try load()
        catalogue = Catalogue(script)
        let unknown = script.unknownNames(catalogue)
        guard unknown.isEmpty else { throw UnknownNames(names: unknown) }
        live = script.live.map { list in KeyEnds(Dictionary(list.map { ($0, true) }, uniquingKeysWith: { a, _ in a })) }
        answers = KeyEnds(script.answers ?? [:])
        turns = [:]
    }

    func latency(of provider: Provider) -> Duration { script.latency(of: provider) }

    func connected(to provider: Provider) { counts.connections[provider.rawValue, default: 0] += 1 }

    func left(_ provider: Provider) { counts.left(provider) }

    func react(to request: HTTPRequest, at provider: Provider) -> Reaction {
        counts.arrived(provider)
        switch request.path {
        case "/_simulator/counts": return .answer(counts.response)
        case "/_simulator/reload": return reloaded()
        default: break
        }
        counts.requests += 1
        counts.headerNames[provider.rawValue, default: []].formUnion(request.headers.keys)
        guard request.path == provider.path else { return give("not_found", provider, "") }
        let key = request.key(provider)
        asked += 1
        counts.saw(key, at: provider)
        return give(answerName(for: key, at: provider), provider, key)
    }

    private func reloaded() -> Reaction {
        let isDone = (try? reload()) != nil
        return .answer(HTTPResponse.bytes(isDone ? 200 : 500, [("content-type", "application/json")], body: []))
    }

    private func answerName(for key: String, at provider: Provider) -> String {
        if let first = script.refuseAllFrom, asked >= first { return "invalid_key" }
        if let name = script.everyone?[provider.rawValue] ?? script.everyone?["all"] { return name }
        if let names = answers[key], !names.isEmpty {
            let turn = turns[key, default: 0]
            turns[key] = turn + 1
            return names[min(turn, names.count - 1)]
        }
        guard let live else { return "valid" }
        return live[key] == true ? "valid" : "invalid_key"
    }

    private func give(_ name: String, _ provider: Provider, _ key: String) -> Reaction {
        switch name {
        case "close": .close
        case "reset": .reset
        case "hang": .hang
        case "garbage": .answer(Array("\u{1}\u{2} not HTTP\r\n\r\n".utf8))
        case "slow": .half(answer("valid", provider, key))
        default: .answer(answer(name, provider, key))
        }
    }

    private func answer(_ name: String, _ provider: Provider, _ key: String) -> [UInt8] {
        guard let example = catalogue[name, provider] else { return [] }
        let key = Array(key.utf8)
        let id = "req_sim\(counts.requests)"
        return HTTPResponse.bytes(
            example.status, example.headers(forKey: key, requestID: id).map { ($0.name, $0.value) },
            body: example.body(forKey: key, requestID: id))
    }
}

struct UnknownNames: Error, CustomStringConvertible {
    let names: [String]
    var description: String { "no answer or provider is called \(names.joined(separator: ", "))" }
}

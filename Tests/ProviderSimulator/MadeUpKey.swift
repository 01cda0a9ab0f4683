import Foundation
import Planted
import Providers

/// One key of a made-up population: the same for the same seed and place.
struct MadeUpKey {
    let index: Int
    let provider: Provider
    let fate: Fate
    let text: [UInt8]
    let userIndex: Int
    /// How many keys the user got before.
    let turn: Int

    /// Out of twenty keys: the providers as users choose them, mixed.
    static let usualShares: [Provider] = [
        .anthropic, .openai, .google, .anthropic, .openai, .deepseek, .google, .anthropic, .openai, .mistral,
        .groq, .anthropic, .openai, .google, .deepseek, .anthropic, .openai, .google, .mistral, .groq,
    ]

    init(_ index: Int, users: Int, seed: UInt64, fates: Fates, shares: [Provider] = usualShares) {
        let provider = shares[index % shares.count]
        let before = shares[..<(index % shares.count)].count { $0 == provider }
        let place = index / shares.count * shares.count { $0 == provider } + before
        self.index = index
        self.provider = provider
        fate = fates[place]
        text = provider.plantedKey(seed: seed &* 0x9E37_79B9 &+ UInt64(index) &* 0xD6E8_FEB8_6659_FD93)
        userIndex = index % users
        turn = index / users
    }

    /// One line of what `byok keys import` reads. Ids ascend, so that the keys are due in this order.
    var importLine: String {
        #"{"id":"\#(Self.identifier(1, index))","user_id":"\#(Self.identifier(2, userIndex))","#
            + #""provider":"\#(provider.rawValue)","label":"key \#(turn + 1)","#
            + #""key":"\#(String(decoding: text, as: UTF8.self))"}"# + "\n"
    }

    private static func identifier(_ kind: Int, _ index: Int) -> String {
        func hex(_ number: Int, _ width: Int) -> String {
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(hex(index, 8))-000\(kind)-4000-8000-\(hex(index, 12))"
    }

    /// The names of the answers it gets, one after the other; nil for a key that works.
    var answers: [String]? {
        switch fate {
        case .works: nil
        case .flaky: Array(repeating: "server_error", count: 3) + ["valid"]
        case .dead: example(of: .refused)
        case .restricted: example(of: .restricted)
        case .exhausted: example(of: .exhausted)
        }
    }

    /// Nil where this provider has no such answer.
    private func example(of verdict: Verdict) -> [String]? {
        let key = String(decoding: text, as: UTF8.self)
        let fitting = provider.rules.filter { $0.verdict == verdict }.flatMap(\.examples)
            .filter { key.hasPrefix($0.keyPrefix) }
        return fitting.isEmpty ? nil : [fitting[index % fitting.count].name]
    }
}

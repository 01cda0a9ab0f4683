import Foundation
import Providers

/// What the simulator answers; read from the JSON file given with `--script`.
///
/// An answer is called by the name of an example beside the rules, of one of `own`, or of a fault
/// (`close`, `reset`, `hang`, `garbage`, `slow`). The first of these decides: `refuseAllFrom`, `everyone`,
/// `answers`, `live`.
struct Script: Codable {
    struct OwnAnswer: Codable {
        var status: Int
        var headers: [String: String]?
        /// A template as in `AnswerExample`; so are the values of the headers.
        var body: String?
    }

    /// Keys, or ends of keys, that work. Without this list every key works that is not named below.
    var live: [String]?
    /// By key or end of key: the names of the answers to give in turn; the last one stays. The longest end decides.
    var answers: [String: [String]]?
    /// By provider, or under `all`: the one answer that everybody gets.
    var everyone: [String: String]?
    /// From this request on, counted from 1 over all providers, every key is refused.
    var refuseAllFrom: Int?
    /// Answers that no provider gives.
    var own: [String: OwnAnswer]?
    var latencyMilliseconds: Int?
    /// By provider; wins over the latency of all.
    var providerLatencyMilliseconds: [String: Int]?

    static func read(_ path: String) throws -> Script {
        try JSONDecoder().decode(Script.self, from: Data(contentsOf: URL(filePath: path)))
    }

    func latency(of provider: Provider) -> Duration {
        .milliseconds(providerLatencyMilliseconds?[provider.rawValue] ?? latencyMilliseconds ?? 0)
    }

    /// Names in the script that call no answer, and providers that are none: a typing error must not pass for a 404.
    func unknownNames(_ catalogue: Catalogue) -> [String] {
        let answerNames = (answers ?? [:]).values.flatMap(\.self) + (everyone ?? [:]).values
        let providers = Array((everyone ?? [:]).keys) + (providerLatencyMilliseconds ?? [:]).keys
        let wrong =
            answerNames.filter { !catalogue.knows($0) }
            + providers.filter { $0 != "all" && Provider(rawValue: $0) == nil }
        return Array(Set(wrong)).sorted()
    }
}

/// Finds what is said of a key by the key's end, in a list of any length.
struct KeyEnds<Value> {
    private let byLength: [(length: Int, values: [String: Value])]

    init(_ values: [String: Value]) {
        let groups = Dictionary(grouping: values) { $0.key.count }
        byLength = groups.sorted { $0.key > $1.key }.map { length, entries in
            (length, Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.value) }))
        }
    }

    subscript(key: String) -> Value? {
        for (length, values) in byLength where length <= key.count {
            if let value = values[String(key.suffix(length))] { return value }
        }
        return nil
    }
}

import Foundation
import Providers
import Secrets
import Testing

/// Answers collected elsewhere, in `shared` beside this package or above it.
private func collectedAnswers() -> URL? {
    sequence(first: URL(filePath: #filePath)) { $0.path == "/" ? nil : $0.deletingLastPathComponent() }
        .map { $0.appending(path: "shared/facts/providers.json") }
        .first { FileManager.default.isReadableFile(atPath: $0.path) }
}

@Suite struct KnownAnswersTests {
    static let file = collectedAnswers()

    @Test(.enabled(if: file != nil, "no collected answers at ../shared/facts/providers.json"))
    func `collected answers disable exactly the dead keys`() throws {
        let data = try Data(contentsOf: try #require(Self.file))
        let all = try #require(JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])
        var count = 0
        for provider in Provider.allCases {
            for answer in try #require(all[provider.rawValue]?["responses"] as? [[String: Any]]) {
                try check(answer, of: provider)
                count += 1
            }
        }
        #expect(count > 100)
    }

    private func check(_ answer: [String: Any], of provider: Provider) throws {
        let name = try #require(answer["case"] as? String)
        let expected = try #require(answer["verdict"] as? String)
        let wantsRetiredKind = name.contains("standard_key")
        let shape = KeyShape.known.first { $0.name == "google-standard" }
        let key = wantsRetiredKind ? try #require(shape).decoy(seed: 3) : provider.decoyKey(seed: 3)
        let headers = (answer["headers"] as? [String: String] ?? [:]).map {
            (name: $0.key, value: filled($0.value, key))
        }
        let body = try answer["body"].map { value in
            if let text = value as? String { return text }
            let data = try JSONSerialization.data(withJSONObject: value, options: .withoutEscapingSlashes)
            return String(decoding: data, as: UTF8.self)
        }
        let judgement = provider.judge(
            Answer(
                status: try #require(answer["status"] as? Int), headers: headers,
                body: Array(filled(body ?? "", key).utf8)),
            key: SecretBytes(copying: key.span))
        if answer["indistinguishable_from"] != nil {
            #expect(judgement.confirmation == .slow)
        } else {
            #expect(
                judgement.verdict.rawValue == (expected == "rejected" ? "refused" : expected), "\(provider) \(name)")
        }
    }

    private func filled(_ text: String, _ key: [UInt8]) -> String {
        let key = String(decoding: key, as: UTF8.self)
        let values = [
            "{{key}}": key, "{{key_head8}}": String(key.prefix(8)), "{{key_last4}}": String(key.suffix(4)),
            "{{stars}}": String(repeating: "*", count: key.count - 12), "{{request_id}}": "req_011abc",
        ]
        return values.reduce(text) { $0.replacing($1.key, with: $1.value) }
    }
}

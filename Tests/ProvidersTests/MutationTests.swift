import Providers
import ScanCorpus
import Secrets
import Testing

/// A run that dies of one provider's answer looks at no other key.
struct MutationTests {
    private static let pieces = [
        "{", "}", "[", "]", "\"", "\\", "\\u0000", "\\ud800", "null", "1e999", "-", "99999999999999999999", ":", ",",
        "<",
        "\u{feff}", "é", "\0", "sk-", "***",
    ].map { Array($0.utf8) }

    @Test(arguments: Provider.allCases)
    func `no answer ends a check, however it was changed on its way`(provider: Provider) {
        var random = CorpusRandom(seed: 31)
        let key = provider.decoyKey(seed: 7), secret = SecretBytes(copying: key.span)
        for example in provider.rules.flatMap(\.examples) {
            for _ in 0..<20 {
                let body = Self.changed(example.body(forKey: key, requestID: "req_1"), &random)
                let headers = (example.headers + [("retry-after", "120"), ("date", "Tue, 24 Nov 2026 08:00:00 GMT")])
                    .map {
                        (name: $0.0, value: String(decoding: Self.changed(Array($0.1.utf8), &random), as: UTF8.self))
                    }
                let status = random.below(3) == 0 ? random.below(1_000) : example.status
                let answer = Answer(
                    status: status, headers: headers, body: body, isTruncated: random.below(4) == 0)
                let judgement = provider.judge(answer, key: secret)
                #expect((.zero ... .seconds(7 * 86_400)).contains(judgement.retryAfter ?? .zero))
                for text in [judgement.code, judgement.requestID].compactMap({ $0 }) {
                    #expect((1...128).contains(text.utf8.count) && text.utf8.allSatisfy(Self.isPlain))
                }
            }
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-".utf8.contains(byte)
    }

    private static func changed(_ bytes: [UInt8], _ random: inout CorpusRandom) -> [UInt8] {
        var bytes = bytes
        for _ in 0...random.below(4) {
            let place = random.below(bytes.count + 1)
            switch random.below(4) {
            case 0: bytes.insert(contentsOf: random.pick(pieces), at: place)
            case 1: bytes.removeSubrange(place..<min(bytes.count, place + random.below(20)))
            case 2: bytes.removeLast(bytes.count - place)
            default: if place < bytes.count { bytes[place] = UInt8(random.below(256)) }
            }
        }
        return bytes
    }
}

import Providers
import Secrets
import Testing

@Suite struct ShapeTests {
    @Test func `a key of each current form is plausible at its own provider`() {
        for provider in Provider.allCases {
            let key = SecretBytes(copying: provider.decoyKey(seed: 5).span)
            guard case .plausible = provider.recognise(key) else {
                Issue.record("\(provider): \(provider.recognise(key))")
                continue
            }
        }
    }

    @Test func `a distinctive key handed to another provider is traced to its own`() {
        for owner in Provider.allCases where owner != .mistral {
            for other in Provider.allCases where other != owner {
                let key = SecretBytes(copying: owner.decoyKey(seed: 6).span)
                guard case .belongsTo(owner, _) = other.recognise(key) else {
                    Issue.record("\(owner) at \(other): \(other.recognise(key))")
                    continue
                }
            }
        }
    }

    @Test func `admin, log-in and session credentials are named as such`() {
        for shape in KeyShape.known where shape.kind != .apiKey {
            let key = SecretBytes(copying: shape.decoy(seed: 8).span)
            guard case .notUsable(let kind, _) = shape.provider.recognise(key) else {
                Issue.record("\(shape.name)")
                continue
            }
            #expect(kind == shape.kind)
        }
    }

    @Test(arguments: [
        "", "two words", "tab\there", "line\n", "caf\u{E9}", "nul\u{0}", String(repeating: "k", count: 513),
    ])
    func `a key that no header may carry is impossible`(text: String) {
        #expect(Provider.openai.recognise(SecretBytes(copying: Array(text.utf8).span)) == .impossible)
    }

    @Test(arguments: ["sk-or-v1-abc", "x", String(repeating: "k", count: 512)])
    func `an unfamiliar form is allowed`(text: String) {
        for provider in Provider.allCases {
            #expect(provider.recognise(SecretBytes(copying: Array(text.utf8).span)) == .unfamiliar)
        }
    }

    @Test func `prefix, marker and tail are not secret`() {
        func ranges(_ name: String) -> [Range<Int>] {
            guard let shape = KeyShape.known.first(where: { $0.name == name }) else { return [] }
            let key = SecretBytes(copying: shape.decoy(seed: 9).span)
            return shape.provider.anatomy(of: key).segments.map(\.range)
        }
        #expect(ranges("anthropic-api03") == [13..<106])
        #expect(ranges("openai-legacy") == [3..<23, 31..<51])
        #expect(ranges("groq") == [4..<24, 32..<56])
        #expect(ranges("google-auth") == [9..<53])
        #expect(ranges("mistral") == [0..<32])
    }

    @Test func `the same seed makes the same decoy and another seed another`() {
        for provider in Provider.allCases {
            #expect(provider.decoyKey(seed: 1) == provider.decoyKey(seed: 1))
            #expect(provider.decoyKey(seed: 1) != provider.decoyKey(seed: 2))
        }
    }
}

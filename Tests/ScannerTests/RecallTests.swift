import Providers
import ScanCorpus
import Testing

@testable import Scanner

struct RecallTests {
    @Test func `every promised leak of a log is found, by its key where that is stored, and nothing else`() throws {
        let corpus = Corpus(seed: 1, leaksAKind: 4, byteCount: 8 << 20)
        let scanner = try StreamScanner(StoredCorpus(corpus.storedKeys).rules)
        let findings = try scanner.findings(in: corpus.bytes)
        var missed: [String: Int] = [:]
        for leak in corpus.leaks where leak.isPromised {
            let inside = findings.filter { leak.range.contains($0.offset) }
            let isRight = inside.contains { finding in
                switch finding.kind {
                case .pattern(let provider, _): provider == leak.key.provider
                case .storedKey(let number): leak.stored == Int(number)
                }
            }
            if !isRight {
                missed["\(leak.kind) \(leak.key.provider)\(leak.stored == nil ? " unknown" : "")", default: 0] += 1
            }
        }
        let promised = corpus.leaks.count(where: \.isPromised)
        let lost = missed.values.reduce(0, +)
        #expect(Double(lost) <= 0.005 * Double(promised), "missed of \(promised): \(missed)")
        let false_ = findings.filter { finding in !corpus.leaks.contains { $0.range.contains(finding.offset) } }
        for finding in false_ { Issue.record("false: \(finding.kind) \(finding.encodings.name) \(finding.excerpt)") }
    }

    @Test func `a log without leaks has no finding`() throws {
        let corpus = Corpus(cleanSeed: 2, byteCount: 8 << 20)
        let keys = Corpus(seed: 3, leaksAKind: 5, byteCount: 1).storedKeys
        let scanner = try StreamScanner(StoredCorpus(keys).rules)
        for finding in try scanner.findings(in: corpus.bytes) {
            Issue.record("false: \(finding.kind) \(finding.encodings.name) \(finding.excerpt)")
        }
    }
}

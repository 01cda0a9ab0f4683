import Testing

@testable import Scanner

struct FindingSieveTests {
    private func finding(_ number: Int, of kind: Finding.Kind = .storedKey(0)) -> Finding {
        Finding(
            kind: kind, offset: number, length: 1, linesBefore: 0, linesInside: 0, lineStart: nil, encodings: [],
            confidence: .high, excerpt: "", fingerprint: "\(number)")
    }

    @Test func `beyond the limit findings are counted, and the keys that were found are known all the same`() {
        let sieve = FindingSieve(limit: 3)
        let first = sieve.sift([finding(1), finding(2)])
        let second = sieve.sift([finding(3), finding(4, of: .storedKey(7)), finding(5, of: .storedKey(8))])
        let third = sieve.sift([finding(6)])
        #expect(first.kept.map(\.offset) == [1, 2] && second.kept.map(\.offset) == [3] && third.kept.isEmpty)
        #expect(first.newCount + second.newCount + third.newCount == 6)
        #expect(sieve.storedKeys == [0, 7, 8])
    }

    @Test func `what is known takes no place and is counted apart`() {
        let sieve = FindingSieve(known: ["1", "2"], limit: 1)
        let sifted = sieve.sift([finding(1), finding(2, of: .storedKey(9)), finding(3)])
        #expect(sifted.kept.map(\.offset) == [3] && sifted.newCount == 1)
        #expect(sieve.knownCount == 2 && sieve.storedKeys == [0])
    }
}

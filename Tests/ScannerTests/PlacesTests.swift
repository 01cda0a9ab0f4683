import CScan
import ScanCorpus
import Testing

@testable import Scanner

/// What is worth decoding, beside the same said slowly.
struct PlacesTests {
    private static func text(seed: UInt64) -> [UInt8] {
        var random = CorpusRandom(seed: seed)
        var bytes: [UInt8] = []
        for _ in 0..<16_000 {
            switch random.below(6) {
            case 0: bytes.append(UInt8(random.below(256)))
            case 1: bytes += Array(random.hex(random.below(60)).utf8)
            case 2: bytes += Array(random.base64URL(random.below(200)).utf8)
            case 3: bytes += Array(random.pick(["SomeWordsInOneName", "request-identifier", "aaaa", "XYZ-"]).utf8)
            case 4:
                bytes += Array(
                    random.pick(["a\n2026-11-26 x", "a\r\n  next", "a\rb", "a\n\t.", "a\0b\0", "ab%2Dcdefghij"]).utf8)
                if random.below(20) == 0 {
                    let end = random.pick(["a\n", "a\r\n"])
                    bytes += Array((end + String(repeating: " ", count: 58 + random.below(8)) + "next").utf8)
                }
            default:
                let beginnings = ["sk-a", "sk-p", "sk-s", "AIza", "gsk_", "AQ.A", "H4sI", "<Buf", "task-x", "gsk-"]
                bytes += Array(random.pick(beginnings).utf8)
            }
        }
        return bytes + Array("sk-01234567890123456789T3BlbkFJ".utf8)
    }

    private static func memory(of bytes: [UInt8]) -> ScanMemory {
        let memory = ScanMemory(capacity: 1 << 21)
        memory.set(bytes.span)
        memory.classify()
        return memory
    }

    @Test(arguments: 1...4) func `beginnings are found where they stand, and nowhere else`(_ seed: UInt64) {
        let bytes = Self.text(seed: seed), memory = Self.memory(of: bytes)
        let beginnings = ["sk-a", "sk-p", "sk-s", "AIza", "gsk_", "AQ.A", "H4sI", "<Buf"].map { Array($0.utf8) }
        let expected = bytes.indices.filter { place in
            let rest = bytes[place...]
            return beginnings.contains { rest.starts(with: $0) }
                || rest.starts(with: "sk-".utf8) && rest.dropFirst(23).starts(with: "T3BlbkFJ".utf8)
        }
        var found: [Int] = []
        memory.forEachBeginning { found.append($0) }
        #expect(found == expected && found.count > 1_000)
    }

    @Test(arguments: 1...4) func `runs are told once, whole, and without words`(_ seed: UInt64) {
        let bytes = Self.text(seed: seed), memory = Self.memory(of: bytes)
        var mixed: [Range<Int>] = [], digits: [Range<Int>] = []
        memory.forEachMixedRun { mixed.append($0) }
        memory.forEachDigitRun { digits.append($0) }
        let expected = Self.runs(in: bytes, of: \.isWord, 16).filter { run in
            let run = bytes[run]
            return run.contains(where: \.isUpper) && run.contains(where: \.isLower) && !Self.isWordy(run)
        }
        #expect(mixed == expected && mixed.count > 2_000)
        #expect(digits == Self.runs(in: bytes, of: \.isHexDigit, 24) && digits.count > 1_000)
    }

    private static func runs(
        in bytes: [UInt8], of belongs: KeyPath<UInt8, Bool>, _ shortest: Int
    ) -> [Range<Int>] {
        var runs: [Range<Int>] = [], start = 0
        for place in 0...bytes.count where place == bytes.count || !bytes[place][keyPath: belongs] {
            if place - start >= shortest { runs.append(start..<place) }
            start = place + 1
        }
        return runs
    }

    /// No digit, and at most one capital in four letters, in each part of 64.
    private static func isWordy(_ run: ArraySlice<UInt8>) -> Bool {
        stride(from: run.startIndex, to: run.endIndex, by: 64).allSatisfy { start in
            let part = run[start..<min(start + 64, run.endIndex)]
            return !part.contains(where: \.isDigit) && 4 * part.count(where: \.isUpper) <= part.count
        }
    }

    @Test(arguments: 1...4) func `escapes are told as they are marked`(_ seed: UInt64) {
        let memory = Self.memory(of: Self.text(seed: seed))
        let marked = memory.marked
        let expected = (0..<marked.busy_count).flatMap { number in
            let block = marked.busy[number]
            return (0..<64).filter { block.escaped >> UInt64($0) & 1 == 1 }.map { Int(block.block) * 64 + $0 }
        }
        var found: [Int] = []
        memory.forEachEscape { found.append($0) }
        #expect(found == expected && found.count > 200)
    }

    @Test(arguments: 1...4) func `line ends count where the next line goes on with a word that is no date`(
        _ seed: UInt64
    ) {
        let bytes = Self.text(seed: seed), memory = Self.memory(of: bytes)
        var found: [Int] = []
        memory.forEachJoint { found.append($0) }
        let expected = bytes.indices.dropFirst().filter { place in
            guard bytes[place - 1].isWord else { return false }
            if bytes[place] == 0 { return true }
            var rest = bytes[place...]
            if rest.starts(with: "\r\n".utf8) {
                rest = rest.dropFirst(2)
            } else if rest.first == 10 {
                rest = rest.dropFirst()
            } else {
                return false
            }
            rest = rest.drop { $0 == 32 || $0 == 9 }
            // No key is indented further.
            guard rest.startIndex - place <= 64 else { return false }
            let isDate =
                rest.count > 5 && rest.prefix(4).allSatisfy(\.isDigit)
                && rest[rest.startIndex + 4] == UInt8(ascii: "-") && rest[rest.startIndex + 5].isDigit
            return rest.first?.isWord == true && !isDate
        }
        #expect(found == expected && found.count > 1_000)
    }
}

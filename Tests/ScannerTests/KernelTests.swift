import CScan
import Fingerprints
import ScanCorpus
import Testing

@testable import Scanner

struct KernelTests {
    /// Every byte comes up, letters and digits more often.
    private func noise(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = CorpusRandom(seed: seed)
        var bytes: [UInt8] = []
        while bytes.count < count {
            switch random.below(4) {
            case 0: bytes.append(UInt8(random.below(256)))
            case 1: bytes += Array(random.hex(random.below(60)).utf8)
            case 2: bytes += Array(random.base64URL(random.below(60)).utf8)
            default:
                bytes += Array(
                    random.pick(["sk-ant-", "AIzaSy", "gsk_", "%2D", #"\u002d"#, "\r\n", "\n", "<Buffer "]).utf8)
            }
        }
        return Array(bytes.prefix(count))
    }

    @Test func `the fast and the portable kernel say the same of every byte`() {
        for (seed, count) in [(1, 1), (2, 63), (3, 256), (4, 4_095), (5, 4_097), (6, 100_000)] {
            let slack = Int(byok_scan_slack)
            let text =
                [UInt8](repeating: 32, count: slack) + noise(count, seed: UInt64(seed))
                + [UInt8](repeating: 32, count: slack)
            let blocks = 4 * (count / Int(byok_scan_group) + 1)
            let none = byok_scan_busy_block()
            var masks = [[UInt64](repeating: 0, count: 2 * blocks), [UInt64](repeating: 0, count: 2 * blocks)]
            var busy = [[UInt64]](repeating: [], count: 2)
            var lines = [[UInt32](repeating: 0, count: 40), [UInt32](repeating: 0, count: 40)]
            for (index, classify) in [byok_scan_classify, byok_scan_classify_portable].enumerated() {
                var found = [byok_scan_busy_block](repeating: none, count: blocks + 4)
                let number = masks[index].withUnsafeMutableBufferPointer { room in
                    text.withUnsafeBufferPointer { bytes in
                        classify(
                            bytes.baseAddress! + slack, count, room.baseAddress!, room.baseAddress! + blocks, &found,
                            &lines[index])
                    }
                }
                busy[index] = found[..<number].flatMap { block in
                    [UInt64(block.block), block.literal, block.mixed, block.digits, block.escaped, block.joint]
                }
            }
            #expect(masks[0] == masks[1] && busy[0] == busy[1], "\(count) bytes")
            #expect(count < 64 || !busy[0].isEmpty)
            #expect(lines[0] == lines[1] && lines[0].reduce(0) { $0 + Int($1) } == text.count { $0 == 10 })
        }
    }

    @Test func `a run is marked once, where it comes to the length, wherever it begins`() {
        for start in Array(0...130) + Array(4_060...4_110) {
            for (run, place) in [("Ab3-_Cd4efGh5ijK", 15), ("0123456789abcdefABCDEF01", 23), ("abc%2Ddefghi", 11)] {
                let memory = ScanMemory(capacity: 8_192)
                let text = Array((String(repeating: " ", count: start) + run + String(repeating: "0", count: 40)).utf8)
                memory.set(text.span)
                memory.classify()
                let marks = Self.marks(memory)
                switch place {
                case 15: #expect(marks.mixed == [start + 15] && marks.escaped.isEmpty, "\(start)")
                case 23: #expect(marks.digits == [start + 23], "\(start)")
                default: #expect(marks.escaped == [start + 11], "\(start)")
                }
            }
        }
    }

    private static func marks(_ memory: ScanMemory) -> (mixed: [Int], digits: [Int], escaped: [Int]) {
        let marked = memory.marked
        func places(_ bits: KeyPath<byok_scan_busy_block, UInt64>) -> [Int] {
            (0..<marked.busy_count).flatMap { number in
                let block = marked.busy[number]
                return (0..<64).filter { block[keyPath: bits] >> UInt64($0) & 1 == 1 }.map {
                    Int(block.block) * 64 + $0
                }
            }
        }
        return (places(\.mixed), places(\.digits), places(\.escaped))
    }

    @Test func `the windows looked at are those of the reference`() throws {
        let scanKey = try StoredCorpus.scanKey()
        var reference = try FragmentMatcher(scanKey)
        var random = CorpusRandom(seed: 7)
        for length in Array(16...70) + [119, 120, 121, 135, 136, 137, 240, 241, 400] {
            let run = Array(random.pick([random.base64URL(length), random.text("AJTWYab", length)]).utf8)
            var expected: [Int] = []
            for match in try reference.matches(in: run.span, isStored: { _ in true }) where match.kind == .text {
                expected.append(match.range.lowerBound)
            }
            let memory = ScanMemory(capacity: 1_024)
            memory.set(run.span)
            #expect(Self.windows(memory) == (length < 20 ? [] : expected), "\(length)")
        }
    }

    private static func windows(_ memory: ScanMemory) -> [Int] {
        guard memory.count >= 20 else { return [] }
        var next = 0
        var found = [UInt32](repeating: 0, count: 1_024)
        var all: [Int] = []
        while next + 16 <= memory.count {
            let count = byok_scan_text_windows(memory.pointer, 0, memory.count, &next, &found, found.count)
            all += found[..<count].map(Int.init)
        }
        return all
    }

    @Test func `windows of digits are packed two digits a byte, with four zeros behind`() {
        var random = CorpusRandom(seed: 9)
        for count in [1, 2, 8, 9, 41, 63, 64, 65, 127, 128, 129, 200] {
            let digits = Array(random.hex(count + 23).utf8)
            let text = digits + [UInt8](repeating: 32, count: Int(byok_scan_slack))
            var blocks = [UInt8](repeating: 255, count: 16 * count)
            byok_scan_pack_digits(text, 0, count, &blocks)
            let expected = (0..<count).flatMap { start -> [UInt8] in
                stride(from: start, to: start + 24, by: 2).compactMap { place in
                    UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16)
                } + [0, 0, 0, 0]
            }
            #expect(blocks == expected, "\(count) windows")
        }
    }

    @Test func `a sieve of windows keeps each that is stored, whatever the number`() {
        var random = CorpusRandom(seed: 10)
        for count in [1, 31, 32, 33, 100, 1_024] {
            let values = (0..<count).map { _ in random.next() }
            var windows = PairedWindows()
            for (number, value) in values.enumerated() where number % 3 == 0 { windows.append(value, of: 0) }
            let images = values.flatMap { value in
                (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * $0)) }
                    + [UInt8](repeating: 1, count: 8)
            }
            let blocks = [UInt8](repeating: 0, count: 16 * count)
            var found = [UInt64](repeating: 0, count: count)
            var kept = [UInt32](repeating: 0, count: count + 1)
            let number = StoredWindows(windows).withFilter { filter, mask in
                byok_scan_sift(blocks, images, count, filter, mask, &found, &kept)
            }
            #expect(found == values)
            let passed = kept.prefix(number)
            #expect((0..<count).filter { $0 % 3 == 0 }.allSatisfy { passed.contains(UInt32($0)) })
            #expect(passed.count < count / 3 + 1 + max(8, count / 10))
        }
    }

    @Test func `a table of windows knows what it was given, and for each the key`() {
        var random = CorpusRandom(seed: 8)
        for count in [0, 1, 2, 5, 1_000, 50_000] {
            let values = (0..<count).map { _ in random.next() }
            var windows = PairedWindows()
            for (number, value) in values.enumerated() { windows.append(value, of: UInt32(number)) }
            let stored = StoredWindows(windows)
            for (number, value) in values.enumerated() {
                var keys: [UInt32] = []
                stored.forEachKey(of: value) { keys.append($0) }
                #expect(keys == [UInt32(number)])
            }
            var strangers = 0
            for _ in 0..<1_000 { stored.forEachKey(of: random.next()) { _ in strangers += 1 } }
            #expect(strangers == 0 && stored.count == count)
        }
    }
}

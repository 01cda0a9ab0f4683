import Foundation
import Secrets

/// Knows a secret only in disguise, so that looking for it does not put it into memory.
struct PlantedPattern {
    private static let mask: UInt8 = 0xA5
    private let masked: [UInt8]

    /// The last 24 bytes: enough to be unique, and what an overwritten start would leave behind.
    init(_ secret: borrowing SecretBytes) {
        masked = secret.withBytes { bytes in
            bytes.indices.suffix(24).map { bytes[$0] ^ Self.mask }
        }
    }

    /// How often the secret stands in this process's writable memory, its own scan buffer left out.
    func countInMemory() -> Int {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer {
            buffer.initializeMemory(as: UInt8.self, repeating: 0)
            buffer.deallocate()
        }
        let memory = open("/proc/self/mem", O_RDONLY)
        defer { close(memory) }
        let own = UInt(bitPattern: buffer.baseAddress)..<UInt(bitPattern: buffer.baseAddress) + UInt(buffer.count)
        return Self.writableRanges().reduce(0) { $0 + count(in: $1, memory, buffer, own) }
    }

    private func count(
        in range: Range<UInt>, _ memory: Int32, _ buffer: UnsafeMutableRawBufferPointer, _ own: Range<UInt>
    ) -> Int {
        var found = 0
        var start = range.lowerBound
        while start < range.upperBound {
            let size = min(buffer.count, Int(range.upperBound - start))
            let got = pread(memory, buffer.baseAddress, size, off_t(start))
            guard got > masked.count else { break }
            var index = 0
            while let next = nextFirstByte(in: buffer, from: index, to: got - masked.count) {
                if !own.contains(start + UInt(next)), matches(buffer, next) { found += 1 }
                index = next + 1
            }
            start += UInt(got == size && start + UInt(got) < range.upperBound ? got - masked.count : got)
        }
        return found
    }

    /// `memchr`, because a loop of our own takes seconds in a debug build.
    private func nextFirstByte(in buffer: UnsafeMutableRawBufferPointer, from start: Int, to end: Int) -> Int? {
        guard start <= end, let base = buffer.baseAddress else { return nil }
        let found = memchr(base + start, Int32(masked[0] ^ Self.mask), end - start + 1)
        return found.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) }
    }

    private func matches(_ buffer: UnsafeMutableRawBufferPointer, _ index: Int) -> Bool {
        for offset in masked.indices where buffer[index + offset] ^ Self.mask != masked[offset] { return false }
        return true
    }

    private static func writableRanges() -> [Range<UInt>] {
        let map = (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)) ?? ""
        return map.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            let ends = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard words[1].hasPrefix("rw"), ends.count == 2 else { return nil }
            return ends[0]..<ends[1]
        }
    }
}

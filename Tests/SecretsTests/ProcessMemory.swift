import Foundation

/// Looks through every readable page of this process, as a core dump would show it.
enum ProcessMemory {
    /// How often `pattern` stands somewhere else than in the array given.
    static func copies(of pattern: [UInt8]) throws -> Int {
        let windowSize = 1 << 20
        let window = UnsafeMutableRawBufferPointer.allocate(byteCount: windowSize, alignment: 4_096)
        defer { window.deallocate() }
        let memory = open("/proc/self/mem", O_RDONLY)
        guard memory >= 0 else { throw CocoaError(.fileReadNoPermission) }
        defer { close(memory) }

        let total = try pattern.withUnsafeBytes { pattern in
            let own = UInt(bitPattern: window.baseAddress)..<UInt(bitPattern: window.baseAddress) + UInt(windowSize)
            var total = 0
            for region in try readableRegions() {
                for part in parts(of: region, without: own) {
                    total += count(pattern, in: part, through: window, memory)
                }
            }
            return total
        }
        return total - 1
    }

    private static func readableRegions() throws -> [Range<UInt>] {
        try String(contentsOfFile: "/proc/self/maps", encoding: .utf8).split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard fields[1].hasPrefix("rw"), ends.count == 2 else { return nil }
            return ends[0]..<ends[1]
        }
    }

    private static func parts(of region: Range<UInt>, without hole: Range<UInt>) -> [Range<UInt>] {
        guard region.overlaps(hole) else { return [region] }
        let before = region.lowerBound..<max(region.lowerBound, hole.lowerBound)
        let after = min(region.upperBound, hole.upperBound)..<region.upperBound
        return [before, after].filter { !$0.isEmpty }
    }

    private static func count(
        _ pattern: UnsafeRawBufferPointer, in region: Range<UInt>, through window: UnsafeMutableRawBufferPointer,
        _ memory: Int32
    ) -> Int {
        var found = 0
        var position = region.lowerBound
        while position < region.upperBound {
            let wanted = min(UInt(window.count), region.upperBound - position)
            let got = pread(memory, window.baseAddress, Int(wanted), Int(bitPattern: position))
            guard got >= pattern.count else { return found }
            found += count(pattern, in: UnsafeRawBufferPointer(rebasing: window[..<got]))
            guard position + UInt(got) < region.upperBound else { return found }
            position += UInt(got - pattern.count + 1)
        }
        return found
    }

    private static func count(_ pattern: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer) -> Int {
        guard let first = pattern.first, let base = bytes.baseAddress else { return 0 }
        var found = 0
        var start = 0
        while start + pattern.count <= bytes.count {
            guard let hit = memchr(base.advanced(by: start), Int32(first), bytes.count - start) else { break }
            let offset = base.distance(to: UnsafeRawPointer(hit))
            guard offset + pattern.count <= bytes.count else { break }
            found += pattern.elementsEqual(bytes[offset..<offset + pattern.count]) ? 1 : 0
            start = offset + 1
        }
        return found
    }
}

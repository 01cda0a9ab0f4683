public import Fingerprints

/// Scans a source from one place to another, in blocks of constant size.
///
/// Fill it with ``read(_:)``, ask it with ``scan(isEnd:)``, until the source ends. What reaches over the end
/// of a block is found with the next one, which begins earlier by more than anything that is promised is long.
public final class StreamScanner {
    /// Bytes before the own part that are read for what they say about it: as many as gzip text may be long, as a key in it
    /// counts where it stands in proportion.
    public static let lookBehind = 8_192
    /// Bytes behind the own part: gzip text inside of a line may be this long.
    public static let lookAhead = 8_192
    private static let capacity = 256 * 1_024

    private let scanner: BlockScanner
    // Where the block in memory lies in the source, and from where on findings count.
    private var base = 0
    private var ownStart = 0
    private var lineCount = 0
    private var lineStart: Int?

    public private(set) var unread: [UnreadPart] = []
    /// What was found and not known before, whether the sieve let it through or not.
    public private(set) var findingCount = 0
    /// Line ends in what was scanned, and where the last line began.
    public var lines: (count: Int, lastStart: Int?) { (lineCount, lineStart) }

    public init(_ rules: ScanRules) throws(ScanError) {
        do throws(FingerprintError) {
            scanner = try BlockScanner(rules, capacity: Self.capacity)
        } catch {
            throw .fingerprints(error)
        }
    }

    /// Begins anew: the first byte read will be the one at `offset`, and findings count from `ownStart` on.
    public func begin(at offset: Int, ownStart: Int) {
        scanner.memory.clear()
        base = offset
        self.ownStart = ownStart
        lineCount = 0
        lineStart = ownStart == 0 ? 0 : nil
        unread = []
        findingCount = 0
    }

    public var isFull: Bool { scanner.memory.count == scanner.memory.capacity }

    /// Lets `fill` append bytes of the source, as many as it has and as there is room. Gives how many came.
    public func read<Failure: Error>(
        _ fill: (inout OutputSpan<UInt8>) throws(Failure) -> Void
    ) throws(Failure) -> Int {
        try scanner.memory.append(fill)
    }

    /// Findings in what was read and not yet told. At the end `ownEnd` says up to where they count.
    public func scan(isEnd: Bool, ownEnd: Int = .max) throws(ScanError) -> [Finding] {
        let memory = scanner.memory
        // Whole stages, so that the kernel's count of line ends serves.
        let whole = max(0, memory.count - Self.lookAhead) / 4_096 * 4_096
        let end = min(ownEnd, base + (isEnd ? memory.count : whole))
        let hits: [Hit]
        do throws(FingerprintError) { hits = try scanner.scan() } catch { throw .fingerprints(error) }
        let own = hits.filter { (ownStart..<max(ownStart, end)).contains(base + $0.range.lowerBound) }
        let findings = tell(own)
        for part in scanner.unread where (ownStart..<max(ownStart, end)).contains(base + part.offset) {
            unread.append(UnreadPart(offset: base + part.offset, reason: part.reason))
        }
        move(to: end)
        return findings
    }

    /// Once nothing more is let through, a finding is not worth its making.
    private func tell(_ hits: [Hit]) -> [Finding] {
        guard let sieve = scanner.rules.sieve else {
            findingCount += hits.count
            return findings(hits)
        }
        if sieve.letsNothingThrough {
            findingCount += hits.count
            sieve.count(hits)
            return []
        }
        let (kept, newCount) = sieve.sift(findings(hits))
        findingCount += newCount
        return kept
    }

    /// Ascending, so that line ends are counted once.
    private func findings(_ hits: [Hit]) -> [Finding] {
        var place = ownStart - base
        var lines = lineCount
        return hits.map { hit in
            lines += scanner.memory.newlineCount(in: place..<max(place, hit.range.lowerBound))
            place = max(place, hit.range.lowerBound)
            return finding(hit, linesBefore: lines)
        }
    }

    private func move(to end: Int) {
        let own = ownStart - base..<max(ownStart, end) - base
        lineCount += scanner.memory.newlineCount(in: own)
        if let last = scanner.memory.lastNewline(before: own.upperBound), last >= own.lowerBound {
            lineStart = base + last + 1
        }
        ownStart = max(ownStart, end)
        let kept = max(0, ownStart - base - Self.lookBehind)
        scanner.memory.drop(before: kept)
        base += kept
    }

    private func finding(_ hit: Hit, linesBefore: Int) -> Finding {
        let memory = scanner.memory
        let own = ownStart - base..<hit.range.lowerBound
        let last = memory.lastNewline(before: own.upperBound).flatMap { $0 >= own.lowerBound ? $0 : nil }
        let kind: Finding.Kind =
            switch hit.kind {
            case .pattern(let provider, let form): .pattern(provider, form: form)
            case .stored(let key): .storedKey(key)
            }
        return Finding(
            kind: kind, offset: base + hit.range.lowerBound, length: hit.range.count,
            linesBefore: linesBefore, linesInside: memory.newlineCount(in: hit.range),
            lineStart: last.map { base + $0 + 1 } ?? lineStart, encodings: hit.encodings,
            confidence: hit.confidence, excerpt: Excerpt.masked(memory.text, around: hit.range),
            fingerprint: scanner.rules.scanKey.mark(of: [
                Array(hit.encodings.name.utf8), hit.material,
                memory.text.bytes(hit.range.lowerBound - 64..<hit.range.lowerBound),
            ]))
    }
}

public enum ScanError: Error {
    case fingerprints(FingerprintError)
}

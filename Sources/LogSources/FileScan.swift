public import Scanner
internal import Secrets
internal import Synchronization

/// Scans files: plain ones on all cores, compressed ones as a stream, each from where the last scan ended.
public struct FileScan: Sendable {
    public let rules: ScanRules
    public let workerCount: Int
    /// Called with bytes looked at, from any thread.
    public let onProgress: @Sendable (Int) -> Void
    public let shouldStop: @Sendable () -> Bool

    private static let regionSize = 4 << 20

    public init(
        _ rules: ScanRules, workerCount: Int, onProgress: @escaping @Sendable (Int) -> Void = { _ in },
        shouldStop: @escaping @Sendable () -> Bool = { false }
    ) {
        self.rules = rules
        self.workerCount = workerCount
        self.onProgress = onProgress
        self.shouldStop = shouldStop
    }

    /// Goes on behind `mark` where the file is still the one that it was made of.
    public func scan(_ path: String, after mark: SourceMark? = nil) async throws(ScanError) -> ScannedSource {
        var source = ScannedSource(path)
        do throws(SourceFailure) {
            let file = try OpenedFile.open(path)
            source.size = file.size
            let beginning = try file.bytes(0..<min(file.size, SourceMark.longestSample))
            let isSame = try mark?.holds(for: file, beginning: beginning) ?? false
            if isSame, mark?.offset == file.size {
                source.bytesSeenBefore = file.size
                source.mark = mark
            } else if let format = ArchiveFormat(beginning) {
                try scanArchive(file, format, beginning, &source)
            } else {
                let resumption = try Resumption(after: isSame ? mark : nil, in: file)
                let result = try await scanPlain(path, file.identity, file.size, resumption)
                try Self.put(result, resumption, file, beginning, into: &source)
            }
        } catch {
            source.add(error.problem)
        }
        return source
    }

    private static func put(
        _ result: PlainResult, _ resumption: Resumption, _ file: borrowing OpenedFile, _ beginning: [UInt8],
        into source: inout ScannedSource
    ) throws(SourceFailure) {
        let new = result.findings.filter { !resumption.isTold($0.finding) }
        source.bytesSeenBefore = resumption.end
        source.bytesSeen = max(0, resumption.start + result.bytesSeen - resumption.end)
        source.lineCount = max(0, result.lines - resumption.linesAgain)
        source.findingCount = result.findingCount - (result.findings.count - new.count)
        source.findings = new.map { located in
            LocatedFinding(
                finding: located.finding, line: located.line + resumption.linesBefore,
                lineEnd: located.lineEnd + resumption.linesBefore, column: located.column)
        }
        if result.shrank { source.add(.shrank) }
        if result.hasUnreadText { source.add(.encodedTextUnread) }
        let end = resumption.start + result.bytesSeen
        let near = result.findings.filter { $0.finding.offset >= end - StreamScanner.lookBehind }
        source.mark = try SourceMark(
            file, offset: end, lines: resumption.linesBefore + result.lines, beginning: beginning,
            told: near.map(\.finding.fingerprint))
    }
}

struct PlainResult: Sendable {
    var bytesSeen = 0
    var lines = 0
    var findings: [LocatedFinding] = []
    var findingCount = 0
    var shrank = false
    var hasUnreadText = false
}

extension FileScan {
    /// What one region gave, its lines counted from where it begins.
    private struct Region: Sendable {
        var findings: [Finding] = []
        var findingCount = 0
        var lines = 0
        var lastLineStart: Int?
        var bytesSeen = 0
        var hasUnreadText = false
    }

    private func scanPlain(
        _ path: String, _ identity: FileIdentity, _ size: Int, _ resumption: Resumption
    ) async throws(SourceFailure) -> PlainResult {
        let start = resumption.start
        let count = max(0, size - start + Self.regionSize - 1) / Self.regionSize
        let queue = RegionQueue(count: count)
        let regions = await withTaskGroup(of: Result<[(Int, Region)], SourceFailure>.self) { group in
            for _ in 0..<min(max(1, workerCount), max(1, count)) {
                group.addTask { @concurrent in self.work(path, identity, size, from: start, queue) }
            }
            var all: Result<[(Int, Region)], SourceFailure> = .success([])
            for await part in group {
                switch (all, part) {
                case (.success(let one), .success(let more)): all = .success(one + more)
                case (.success, .failure): all = part
                case (.failure, _): break
                }
            }
            return all
        }
        return Self.joined(try regions.get().sorted { $0.0 < $1.0 }, resumption, count: count, size)
    }

    private func work(
        _ path: String, _ identity: FileIdentity, _ size: Int, from start: Int, _ queue: RegionQueue
    ) -> Result<[(Int, Region)], SourceFailure> {
        do throws(SourceFailure) {
            let file = try OpenedFile.open(path)
            // Rotated since it was looked at.
            guard file.identity == identity else { throw SourceFailure(.replacedWhileRead) }
            let scanner: StreamScanner
            do throws(ScanError) { scanner = try StreamScanner(rules) } catch { throw SourceFailure(.notReadable) }
            var done: [(Int, Region)] = []
            while !shouldStop(), let number = queue.take() {
                let begin = start + number * Self.regionSize
                guard let region = try scan(file, scanner, begin..<min(begin + Self.regionSize, size), size) else {
                    break
                }
                onProgress(region.bytesSeen)
                done.append((number, region))
            }
            return .success(done)
        } catch {
            return .failure(error)
        }
    }

    /// Nil when it was stopped in the middle.
    private func scan(
        _ file: borrowing OpenedFile, _ scanner: StreamScanner, _ range: Range<Int>, _ size: Int
    ) throws(SourceFailure) -> Region? {
        var region = Region()
        // A hole reads as zeros, in which there is nothing.
        guard file.data(from: range.lowerBound) < range.upperBound else {
            region.bytesSeen = range.count
            return region
        }
        var place = max(0, range.lowerBound - StreamScanner.lookBehind)
        let end = min(size, range.upperBound + StreamScanner.lookAhead)
        scanner.begin(at: place, ownStart: range.lowerBound)
        while true {
            guard !shouldStop() else { return nil }
            let came = try scanner.read { output throws(SourceFailure) in
                _ = try file.read(from: place, to: end, into: &output)
            }
            place += came
            let isEnd = came == 0 || place >= end
            guard isEnd || scanner.isFull else { continue }
            do throws(ScanError) {
                region.findings += try scanner.scan(isEnd: isEnd, ownEnd: range.upperBound)
            } catch {
                throw SourceFailure(.notReadable)
            }
            if isEnd { break }
        }
        region.bytesSeen = max(0, min(place, range.upperBound) - range.lowerBound)
        region.findingCount = scanner.findingCount
        region.lines = scanner.lines.count
        region.lastLineStart = scanner.lines.lastStart
        region.hasUnreadText = !scanner.unread.isEmpty
        return region
    }

    /// Counts lines over the regions' borders.
    private static func joined(
        _ regions: [(Int, Region)], _ resumption: Resumption, count: Int, _ size: Int
    ) -> PlainResult {
        var result = PlainResult()
        var lineStart = resumption.lineStart
        for (number, region) in regions {
            // Stopped, or cut short: what follows is for the next run.
            guard number * regionSize == result.bytesSeen else { break }
            for finding in region.findings {
                let line = result.lines + finding.linesBefore + 1
                let column = finding.offset - (finding.lineStart ?? lineStart) + 1
                result.findings.append(
                    LocatedFinding(
                        finding: finding, line: line, lineEnd: line + finding.linesInside, column: column))
            }
            result.findingCount += region.findingCount
            result.lines += region.lines
            lineStart = region.lastLineStart ?? lineStart
            result.bytesSeen += region.bytesSeen
            result.hasUnreadText = result.hasUnreadText || region.hasUnreadText
        }
        result.shrank = regions.count == count && resumption.start + result.bytesSeen < size
        return result
    }
}

/// Hands out the numbers of regions, each once.
private final class RegionQueue: Sendable {
    private let next = Mutex(0)
    private let count: Int

    init(count: Int) { self.count = count }

    func take() -> Int? {
        next.withLock { next in
            guard next < count else { return nil }
            next += 1
            return next - 1
        }
    }
}

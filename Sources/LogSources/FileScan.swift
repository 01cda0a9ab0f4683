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
    private static let beginningLength = 4_096
    private static let longestLastLine = 65_536

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
            let beginning = try file.bytes(0..<min(file.size, Self.beginningLength))
            let start = mark.flatMap { Self.stillHolds($0, file.identity, file.size, beginning) ? $0 : nil }
            if let format = ArchiveFormat(beginning) {
                try await scanArchive(file, format, beginning, after: start, &source)
                return source
            }
            let result = try await scanPlain(path, file.size, from: start?.offset ?? 0)
            Self.put(result, start, file.identity, beginning, into: &source)
        } catch {
            source.add(error.problem)
        }
        return source
    }

    static func stillHolds(
        _ mark: SourceMark, _ identity: FileIdentity, _ size: Int, _ beginning: [UInt8]
    ) -> Bool {
        mark.identity == identity && mark.offset <= size && mark.beginningLength <= beginning.count
            && SHA256.hexDigest(of: beginning.span.extracting(first: mark.beginningLength)) == mark.beginning
    }

    /// A last line without its end is read again next time, unless something in it was told already.
    private static func resumption(_ result: PlainResult, end: Int) -> Int {
        let isTold = result.findings.last.map { $0.finding.offset >= result.lastLineStart } ?? false
        return isTold || end - result.lastLineStart > longestLastLine ? end : result.lastLineStart
    }

    private static func put(
        _ result: PlainResult, _ start: SourceMark?, _ identity: FileIdentity, _ beginning: [UInt8],
        into source: inout ScannedSource
    ) {
        let before = start?.lines ?? 0
        source.bytesSeenBefore = start?.offset ?? 0
        source.bytesSeen = result.bytesSeen
        source.lineCount = result.lines
        source.findingCount = result.findingCount
        source.findings = result.findings.map { located in
            LocatedFinding(
                finding: located.finding, line: located.line + before, lineEnd: located.lineEnd + before,
                column: located.column)
        }
        if result.shrank { source.add(.shrank) }
        if result.hasUnreadText { source.add(.encodedTextUnread) }
        let end = resumption(result, end: source.bytesSeenBefore + result.bytesSeen)
        source.mark = SourceMark(identity, offset: end, lines: before + result.lines, beginning: beginning)
    }
}

struct PlainResult: Sendable {
    var bytesSeen = 0
    var lines = 0
    var findings: [LocatedFinding] = []
    var findingCount = 0
    var lastLineStart = 0
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
        _ path: String, _ size: Int, from start: Int
    ) async throws(SourceFailure) -> PlainResult {
        let count = max(0, size - start + Self.regionSize - 1) / Self.regionSize
        let queue = RegionQueue(count: count)
        let regions = await withTaskGroup(of: Result<[(Int, Region)], SourceFailure>.self) { group in
            for _ in 0..<min(max(1, workerCount), max(1, count)) {
                group.addTask { @concurrent in self.work(path, size, from: start, queue) }
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
        return Self.joined(try regions.get().sorted { $0.0 < $1.0 }, from: start, count: count, size)
    }

    private func work(
        _ path: String, _ size: Int, from start: Int, _ queue: RegionQueue
    ) -> Result<[(Int, Region)], SourceFailure> {
        do throws(SourceFailure) {
            let file = try OpenedFile.open(path)
            let scanner: StreamScanner
            do throws(ScanError) { scanner = try StreamScanner(rules) } catch { throw SourceFailure(.notReadable) }
            var done: [(Int, Region)] = []
            while !shouldStop(), let number = queue.take() {
                let begin = start + number * Self.regionSize
                let region = try Self.scan(file, scanner, begin..<min(begin + Self.regionSize, size), size)
                onProgress(region.bytesSeen)
                done.append((number, region))
            }
            return .success(done)
        } catch {
            return .failure(error)
        }
    }

    private static func scan(
        _ file: borrowing OpenedFile, _ scanner: StreamScanner, _ range: Range<Int>, _ size: Int
    ) throws(SourceFailure) -> Region {
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
    private static func joined(_ regions: [(Int, Region)], from start: Int, count: Int, _ size: Int) -> PlainResult {
        var result = PlainResult()
        var lineStart = start
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
        result.lastLineStart = lineStart
        result.shrank = regions.count == count && start + result.bytesSeen < size
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

public import Scanner
internal import System

/// Scans what comes as a stream: an archive, standard input, rows of a table.
extension FileScan {
    /// Nobody can read on in the middle of an archive: it is read whole.
    func scanArchive(
        _ file: borrowing OpenedFile, _ format: ArchiveFormat, _ beginning: [UInt8], _ source: inout ScannedSource
    ) throws(SourceFailure) {
        try scan(file, format, &source)
        guard source.isComplete, !shouldStop(), source.bytesSeen == file.size else { return }
        source.mark = try SourceMark(file, offset: file.size, lines: source.lineCount, beginning: beginning)
    }

    private func scan(
        _ file: borrowing OpenedFile, _ format: ArchiveFormat, _ source: inout ScannedSource
    ) throws(SourceFailure) {
        guard let decompressor = try Decompressors.make(format) else {
            throw SourceFailure(.compressionNotSupported)
        }
        var sink = try StreamSink(rules)
        var input = InputPiece()
        do throws(SourceFailure) {
            while !shouldStop() {
                if input.isEmpty {
                    try input.fill(from: file)
                    onProgress(input.count)
                    guard !input.isEmpty else { break }
                }
                var taken = 0
                let came = try sink.append { output throws(SourceFailure) in
                    taken = try decompressor.decompress(input.bytes.span.extracting(input.next...), into: &output)
                }
                input.take(taken)
                guard taken > 0 || came > 0 else { throw SourceFailure(.damagedArchive) }
            }
            if !shouldStop(), !decompressor.isBetweenMembers { source.add(.truncatedArchive) }
        } catch {
            source.add(error.problem)
        }
        source.bytesSeen = input.offset
        try sink.conclude(into: &source)
    }

    /// Until it ends, with constant memory.
    public func scanStandardInput() async throws(ScanError) -> ScannedSource {
        var source = ScannedSource("standard input")
        do throws(SourceFailure) {
            try scan(try Self.standardInput(), into: &source)
        } catch {
            source.add(error.problem)
        }
        return source
    }

    private static func standardInput() throws(SourceFailure) -> InputStream {
        do throws(SystemError) { return try .standardInput() } catch { throw SourceFailure(.notReadable) }
    }

    private func scan(_ stream: consuming InputStream, into source: inout ScannedSource) throws(SourceFailure) {
        var sink = try StreamSink(rules)
        var isAtEnd = false
        while !isAtEnd, !shouldStop() {
            let isFirst = source.bytesSeen == 0
            let came = try sink.append { output throws(SourceFailure) in
                let before = output.count
                isAtEnd = try Self.read(stream, &output)
                if isFirst, ArchiveFormat(Self.beginning(output, from: before)) != nil {
                    throw SourceFailure(.compressedInput)
                }
            }
            source.bytesSeen += came
            onProgress(came)
        }
        if isAtEnd { source.size = source.bytesSeen }
        try sink.conclude(into: &source)
    }

    private static func beginning(_ output: borrowing OutputSpan<UInt8>, from start: Int) -> [UInt8] {
        (start..<min(output.count, start + 8)).map { output.span[$0] }
    }

    private static func read(
        _ stream: borrowing InputStream, _ output: inout OutputSpan<UInt8>
    ) throws(SourceFailure) -> Bool {
        do throws(SystemError) {
            if case .end = try stream.read(into: &output) { return true }
            return false
        } catch {
            throw SourceFailure(.notReadable)
        }
    }
}

/// Takes a stream's bytes and gives its findings.
public struct StreamSink: ~Copyable {
    private let scanner: StreamScanner
    private var findings: [Finding] = []

    init(_ rules: ScanRules) throws(SourceFailure) {
        do throws(ScanError) { scanner = try StreamScanner(rules) } catch { throw SourceFailure(.notReadable) }
        scanner.begin(at: 0, ownStart: 0)
    }

    /// For bytes that the caller has: rows of a query.
    public init(scanning rules: ScanRules) throws(ScanError) {
        scanner = try StreamScanner(rules)
        scanner.begin(at: 0, ownStart: 0)
    }

    mutating func append(
        _ fill: (inout OutputSpan<UInt8>) throws(SourceFailure) -> Void
    ) throws(SourceFailure) -> Int {
        if scanner.isFull { try look(isEnd: false) }
        return try scanner.read(fill)
    }

    public mutating func append(_ bytes: Span<UInt8>) throws(ScanError) {
        var next = 0
        while next < bytes.count {
            if scanner.isFull { findings += try scanner.scan(isEnd: false) }
            next += scanner.read { output in
                let end = min(bytes.count, next + output.freeCapacity)
                for index in next..<end { output.append(bytes[index]) }
            }
        }
    }

    /// Puts the findings, with their lines, into the source that was read.
    public mutating func finish(into source: inout ScannedSource) throws(ScanError) {
        findings += try scanner.scan(isEnd: true)
        source.findings = findings.map { finding in
            LocatedFinding(
                finding: finding, line: finding.linesBefore + 1, lineEnd: finding.linesBefore + finding.linesInside + 1,
                column: finding.offset - (finding.lineStart ?? 0) + 1)
        }
        source.findingCount = scanner.findingCount
        source.lineCount = scanner.lines.count
        if !scanner.unread.isEmpty { source.add(.encodedTextUnread) }
    }

    mutating func conclude(into source: inout ScannedSource) throws(SourceFailure) {
        do throws(ScanError) { try finish(into: &source) } catch { throw SourceFailure(.notReadable) }
    }

    private mutating func look(isEnd: Bool) throws(SourceFailure) {
        do throws(ScanError) {
            findings += try scanner.scan(isEnd: isEnd)
        } catch {
            throw SourceFailure(.notReadable)
        }
    }
}

/// What was read of an archive and not yet decompressed.
private struct InputPiece {
    private static let size = 128 * 1_024

    private(set) var bytes: [UInt8] = []
    private(set) var next = 0
    /// Up to where the file was read.
    private(set) var offset = 0

    var isEmpty: Bool { next >= bytes.count }
    var count: Int { bytes.count - next }
    mutating func fill(from file: borrowing OpenedFile) throws(SourceFailure) {
        bytes = try file.bytes(offset..<min(file.size, offset + Self.size))
        offset += bytes.count
        next = 0
    }

    mutating func take(_ count: Int) { next += count }
}

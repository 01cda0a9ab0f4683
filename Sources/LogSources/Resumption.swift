internal import Scanner

/// Where a scan of a file begins: far enough before its mark that what was half written then is found whole.
struct Resumption {
    /// Where reading begins, and where the mark stands.
    let start: Int
    let end: Int
    /// Line ends before `start`, and from there to `end`.
    let linesBefore: Int
    let linesAgain: Int
    /// Where the line begins in which `start` lies.
    let lineStart: Int
    private let told: Set<String>

    private static let longestLine = 65_536

    init(after mark: SourceMark?, in file: borrowing OpenedFile) throws(SourceFailure) {
        end = mark?.offset ?? 0
        start = max(0, end - StreamScanner.lookBehind)
        told = Set(mark?.told ?? [])
        linesAgain = try file.bytes(start..<end).count { $0 == UInt8(ascii: "\n") }
        linesBefore = (mark?.lines ?? 0) - linesAgain
        let earliest = max(0, start - Self.longestLine)
        let last = try file.bytes(earliest..<start).lastIndex(of: UInt8(ascii: "\n"))
        lineStart = last.map { earliest + $0 + 1 } ?? (earliest == 0 ? 0 : start)
    }

    func isTold(_ finding: Finding) -> Bool { finding.offset < end && told.contains(finding.fingerprint) }
}

/// Which windows of a text are looked at: decided by the text alone, so that whoever
/// sees a fragment, wherever it stands, comes to the windows its key was stored under.
///
/// `Format.md` gives the rules and why they suffice.
enum WindowSelection {
    /// Ranges of `text` that hold one kind's characters only and are long enough for a fragment.
    static func runs(in text: Span<UInt8>, _ kind: FragmentKind) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start = 0
        for position in 0...text.count where position == text.count || !kind.contains(text[position]) {
            if position &- start >= kind.fragmentLength { runs.append(start..<position) }
            start = position &+ 1
        }
        return runs
    }

    /// Where the windows start that are looked at, ascending.
    static func starts(in text: Span<UInt8>, run: Range<Int>, _ kind: FragmentKind) -> [Int] {
        let windows = run.lowerBound...run.upperBound &- kind.windowLength
        guard kind == .text else { return Array(windows) }
        var winners: Set<Int> = []
        for group in run.lowerBound...run.upperBound &- kind.fragmentLength {
            winners.insert(winner(in: text, fragmentAt: group))
        }
        return windows.filter { winners.contains($0) || isAtEdge(text, $0, within: run) }
    }

    /// Of the five windows of a fragment the one of least rank; of equals the last.
    static func winner(in text: Span<UInt8>, fragmentAt start: Int) -> Int {
        let kind = FragmentKind.text
        var best = start
        for window in start...start &+ (kind.fragmentLength &- kind.windowLength)
        where rank(text, window) <= rank(text, best) {
            best = window
        }
        return best
    }

    /// Whether a window may lie against a marker (`T3BlbkFJ`, `WGdyb3FY`) or a tail that begins
    /// with `A`, or reach one character into OpenAI's: such windows are looked at whatever their rank.
    static func isAtEdge(_ text: Span<UInt8>, _ start: Int, within bounds: Range<Int>) -> Bool {
        let end = start &+ FragmentKind.text.windowLength
        if text[end &- 1] == UInt8(ascii: "T") || text[start] == UInt8(ascii: "J") { return true }
        if end < bounds.upperBound, [UInt8(ascii: "A"), UInt8(ascii: "T"), UInt8(ascii: "W")].contains(text[end]) {
            return true
        }
        guard start > bounds.lowerBound else { return false }
        return [UInt8(ascii: "J"), UInt8(ascii: "Y")].contains(text[start &- 1])
    }

    /// Fibonacci hashing of the window's first four characters. Public and cheap: it spreads, it hides nothing.
    static func rank(_ text: Span<UInt8>, _ start: Int) -> UInt32 {
        let word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(text[start &+ $1]) << UInt32(8 &* $1) }
        return word &* 0x9E37_79B1
    }
}

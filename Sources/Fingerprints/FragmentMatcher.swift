/// A place in a text that holds a window of a stored key.
public struct FragmentMatch: Equatable, Sendable {
    /// In bytes from the start of the text.
    public let range: Range<Int>
    public let kind: FragmentKind
    public let window: UInt64
}

/// Finds fragments of stored keys in plain text: the reference that a fast scanner is compared with.
public struct FragmentMatcher: ~Copyable {
    private var fingerprinter: Fingerprinter

    public init(_ scanKey: ScanKey) throws(FingerprintError) {
        let fingerprinter = try Fingerprinter(scanKey)
        self.fingerprinter = fingerprinter
    }

    /// Every window of `text` for which `isStored` says yes, by kind and then by place.
    public mutating func matches(
        in text: Span<UInt8>, isStored: (UInt64) -> Bool
    ) throws(FingerprintError) -> [FragmentMatch] {
        var matches: [FragmentMatch] = []
        for kind in FragmentKind.allCases {
            for run in WindowSelection.runs(in: text, kind) {
                let starts = WindowSelection.starts(in: text, run: run, kind)
                let values = try fingerprinter.values(of: text, at: starts, kind)
                for (start, value) in zip(starts, values) where isStored(value) {
                    let range = start..<start &+ kind.windowLength
                    matches.append(FragmentMatch(range: range, kind: kind, window: value))
                }
            }
        }
        return matches
    }
}

/// The windows of one body that together cover its promised fragments.
///
/// Each fragment is looked at as if nothing stood around it: what is chosen there is chosen
/// in every text that holds the fragment.
struct WindowCover {
    private(set) var starts: [Int] = []
    private(set) var promisedFragments = 0
    private(set) var uncoveredFragments = 0

    init(of body: Span<UInt8>, shape: BodyShape) {
        let sums = shape.millibitSums(length: body.count)
        let kind = shape.kind
        var chosen: Set<Int> = []
        for start in 0..<max(0, body.count &- kind.fragmentLength &+ 1) {
            let fragment = start..<start &+ kind.fragmentLength
            guard Self.isWorthEnough(fragment, sums) else { continue }
            promisedFragments &+= 1
            let candidates = Self.candidates(in: body, fragment, kind).filter { window in
                Self.isWorthEnough(window..<window &+ kind.windowLength, sums)
            }
            if let first = candidates.first(where: { chosen.contains($0) }) ?? candidates.first {
                chosen.insert(first)
            } else {
                uncoveredFragments &+= 1
            }
        }
        starts = chosen.sorted()
    }

    private static func isWorthEnough(_ range: Range<Int>, _ sums: [Int]) -> Bool {
        sums[range.upperBound] &- sums[range.lowerBound] >= BodyShape.requiredMillibits
    }

    /// Windows that every scanner looks at when it sees this fragment, the preferred one first.
    private static func candidates(in body: Span<UInt8>, _ fragment: Range<Int>, _ kind: FragmentKind) -> [Int] {
        guard fragment.allSatisfy({ kind.contains(body[$0]) }) else { return [] }
        guard kind == .text else { return [fragment.lowerBound] }
        let winner = WindowSelection.winner(in: body, fragmentAt: fragment.lowerBound)
        let windows = fragment.lowerBound...fragment.upperBound &- kind.windowLength
        return [winner] + windows.filter { WindowSelection.isAtEdge(body, $0, within: fragment) }
    }
}

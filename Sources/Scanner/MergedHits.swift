/// One hit a leak: windows of a key that lie side by side are one, and a stored key's own form is not told twice.
struct MergedHits {
    private(set) var hits: [Hit] = []
    /// Up to where each hit, or one before it, goes: what begins far behind it is not compared with any of them.
    private var reaches: [Int] = []

    init(_ found: [Hit]) {
        for hit in found.sorted(by: Self.comesFirst) {
            if let index = lastSame(as: hit) { merge(hit, into: index) } else { append(hit) }
        }
    }

    private mutating func append(_ hit: Hit) {
        reaches.append(max(reaches.last ?? 0, hit.range.upperBound))
        hits.append(hit)
    }

    private mutating func merge(_ hit: Hit, into index: Int) {
        let merged = hits[index].range.lowerBound..<max(hits[index].range.upperBound, hit.range.upperBound)
        if hits[index].confidence < hit.confidence || Self.isStored(hit) && !Self.isStored(hits[index]) {
            hits[index] = hit
        }
        hits[index].range = merged
        for later in index..<hits.count { reaches[later] = max(reaches[later], merged.upperBound) }
    }

    private func lastSame(as hit: Hit) -> Int? {
        var index = hits.count - 1
        while index >= 0, reaches[index] + Self.longestMarker >= hit.range.lowerBound {
            if Self.isSame(hits[index], hit) { return index }
            index -= 1
        }
        return nil
    }

    /// Of two readings of one place the simpler: which it is must not hang on where in a block it stands.
    private static func comesFirst(_ one: Hit, _ other: Hit) -> Bool {
        (one.range.lowerBound, -one.range.upperBound, one.encodings.count)
            < (other.range.lowerBound, -other.range.upperBound, other.encodings.count)
    }

    /// Between two parts of a key's secret; nothing of it is stored, so no window reaches into it.
    private static let longestMarker = 24

    private static func isStored(_ hit: Hit) -> Bool {
        if case .stored = hit.kind { true } else { false }
    }

    /// Overlapping hits are the same leak, unless they are of two stored keys.
    private static func isSame(_ one: Hit, _ other: Hit) -> Bool {
        if case .stored(let first) = one.kind, case .stored(let second) = other.kind {
            return first == second && other.range.lowerBound <= one.range.upperBound + longestMarker
        }
        return other.range.lowerBound < one.range.upperBound
    }
}

/// One hit a leak: windows of a key that lie side by side are one, and a stored key's own form is not told twice.
struct MergedHits {
    private(set) var hits: [Hit] = []

    init(_ found: [Hit]) {
        for hit in found.sorted(by: Self.comesFirst) {
            if let index = hits.lastIndex(where: { Self.isSame($0, hit) }) {
                let merged = hits[index].range.lowerBound..<max(hits[index].range.upperBound, hit.range.upperBound)
                if hits[index].confidence < hit.confidence || Self.isStored(hit) && !Self.isStored(hits[index]) {
                    hits[index] = hit
                }
                hits[index].range = merged
            } else {
                hits.append(hit)
            }
        }
    }

    private static func comesFirst(_ one: Hit, _ other: Hit) -> Bool {
        (one.range.lowerBound, -one.range.upperBound) < (other.range.lowerBound, -other.range.upperBound)
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

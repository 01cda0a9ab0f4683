/// Text that stood in other text, decoded, with the way back.
struct DecodedText {
    enum Places {
        /// Byte `i` began at `start + (skipped + i) * numerator / denominator`.
        case scaled(start: Int, skipped: Int = 0, numerator: Int, denominator: Int)
        /// Byte `i` began at `table[i]`; the last entry is the end.
        case table([Int])
        /// One part behind the other.
        case parts([Range<Int>])
    }

    let bytes: [UInt8]
    let places: Places
    let encoding: Encoding
    /// Where two lines were put together: only what reaches over it is new.
    var joint: Int? = nil

    func source(of range: Range<Int>) -> Range<Int> {
        place(range.lowerBound)..<max(place(range.upperBound), place(range.lowerBound) + 1)
    }

    private func place(_ index: Int) -> Int {
        switch places {
        case .scaled(let start, let skipped, let numerator, let denominator):
            start + (skipped + index) * numerator / denominator
        case .table(let table): table.isEmpty ? 0 : table[min(index, table.count - 1)]
        case .parts(let parts): Self.place(index, in: parts)
        }
    }

    private static func place(_ index: Int, in parts: [Range<Int>]) -> Int {
        var rest = index
        for part in parts {
            if rest < part.count { return part.lowerBound + rest }
            rest -= part.count
        }
        return parts.last?.upperBound ?? 0
    }
}

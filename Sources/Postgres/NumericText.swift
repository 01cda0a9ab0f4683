/// The decimal text of a binary numeric:
///
///     digit count | weight | sign | scale | base-10,000 digits      (16 bits each)
///
/// `weight` is the power of 10,000 of the first digit; `scale` counts decimals shown.
enum NumericText {
    static func decode(_ bytes: Span<UInt8>) -> String? {
        guard let count = BinaryReader.integer(bytes, at: 0, byteCount: 2), count >= 0,
            let weight = BinaryReader.integer(bytes, at: 2, byteCount: 2),
            let sign = BinaryReader.integer(bytes, at: 4, byteCount: 2),
            let scale = BinaryReader.integer(bytes, at: 6, byteCount: 2), scale >= 0,
            Int64(bytes.count) == 8 &+ 2 &* count
        else { return nil }
        if let special = special(UInt16(truncatingIfNeeded: sign)) { return special }
        func group(_ position: Int64) -> String {
            let index = weight &- position
            guard index >= 0, index < count,
                let digit = BinaryReader.integer(bytes, at: Int(8 &+ 2 &* index), byteCount: 2)
            else { return "0000" }
            let text = String(digit)
            return String(repeating: "0", count: max(0, 4 &- text.utf8.count)) + text
        }
        var text = sign == 0 ? "" : "-"
        text += whole(weight, group)
        if scale > 0 { text += "." + fraction(scale, group) }
        return text
    }

    private static func special(_ sign: UInt16) -> String? {
        switch sign {
        case 0xC000: "NaN"
        case 0xD000: "Infinity"
        case 0xF000: "-Infinity"
        default: nil
        }
    }

    private static func whole(_ weight: Int64, _ group: (Int64) -> String) -> String {
        guard weight >= 0 else { return "0" }
        let digits = (0...weight).reversed().map(group).joined().drop { $0 == "0" }
        return digits.isEmpty ? "0" : String(digits)
    }

    private static func fraction(_ scale: Int64, _ group: (Int64) -> String) -> String {
        let groups = (1...((scale &+ 3) / 4)).map { group(0 &- $0) }
        return String(groups.joined().prefix(Int(scale)))
    }
}

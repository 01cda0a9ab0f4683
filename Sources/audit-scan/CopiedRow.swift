/// A row of `COPY`'s text format.
enum CopiedRow {
    /// As the column had it, where a backslash was doubled: an escape inside of the text must stand as it was written.
    /// Line ends stay escaped, so that a row is a line.
    static func text(_ row: Span<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(row.count)
        var index = 0
        while index < row.count {
            text.append(row[index])
            let isDoubled = row[index] == UInt8(ascii: "\\") && index + 1 < row.count && row[index + 1] == row[index]
            index += isDoubled ? 2 : 1
        }
        return text
    }
}

import Batch

/// One line of `users.csv`: ids, numbers and our own words only, so nothing in it needs quoting.
struct UserLine {
    let bytes: [UInt8]
    /// Where each field begins, and behind the last one where the next would.
    private let starts: [Int]

    init(_ body: String) throws(JobFailure) {
        bytes = Array(body.utf8)
        var starts = [0]
        starts.reserveCapacity(UserColumn.allCases.count &+ 1)
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: ",") { starts.append(index &+ 1) }
        starts.append(bytes.count &+ 1)
        guard starts.count == UserColumn.allCases.count &+ 1 else { throw PartFields.unreadable }
        self.starts = starts
    }

    /// Empty for null.
    subscript(_ column: UserColumn) -> ArraySlice<UInt8> { field(column.position) }

    func count(at position: Int) throws(JobFailure) -> Int {
        let digits = field(position)
        guard !digits.isEmpty else { throw PartFields.unreadable }
        var count = 0
        for byte in digits {
            guard (0x30...0x39).contains(byte), !count.multipliedReportingOverflow(by: 10).overflow else {
                throw PartFields.unreadable
            }
            let (sum, overflowed) = (count &* 10).addingReportingOverflow(Int(byte &- 0x30))
            guard !overflowed else { throw PartFields.unreadable }
            count = sum
        }
        return count
    }

    /// Nil for null.
    func decimal(at position: Int) throws(JobFailure) -> ExactDecimal? {
        if field(position).isEmpty { return nil }
        guard let number = ExactDecimal(bytes: field(position)) else { throw PartFields.unreadable }
        return number
    }

    func isTrue(at position: Int) -> Bool { field(position).first == UInt8(ascii: "t") }
    func isZero(at position: Int) -> Bool { field(position).elementsEqual([UInt8(ascii: "0")]) }

    func count(_ column: UserColumn) throws(JobFailure) -> Int { try count(at: column.position) }

    /// The line as a JSON object; what is not known is null, decimals are texts.
    var json: [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(bytes.count &* 4)
        for (position, column) in Self.columns.enumerated() {
            let value = field(position)
            line += column.prefix
            if value.isEmpty, column.kind != .text || column.mayBeNull {
                line += Self.null
            } else if column.kind == .text || column.kind == .decimal {
                line.append(UInt8(ascii: "\""))
                line += value
                line.append(UInt8(ascii: "\""))
            } else {
                line += value
            }
        }
        line += Self.end
        return line
    }

    func field(_ position: Int) -> ArraySlice<UInt8> {
        bytes[starts[position]..<(starts[position &+ 1] &- 1)]
    }

    private static let null = Array("null".utf8)
    private static let end = Array("}\n".utf8)
    private static let columns = UserColumn.allCases.enumerated().map { index, column in
        (
            prefix: Array("\(index == 0 ? "{" : ",")\"\(column.rawValue)\":".utf8), kind: column.kind,
            mayBeNull: column != .flags
        )
    }
}

public import FoundationEssentials
public import HTTPS

/// What a provider answered, as far as the rules look at it.
public struct Answer: Sendable {
    public let status: Int
    /// Names in lower case.
    public let headers: [(name: String, value: String)]
    /// At most 64 KiB.
    public let body: [UInt8]
    /// The provider sent more than `body` holds.
    public let isTruncated: Bool
    let isHTML: Bool
    /// The clock for dates in the answer when it has no `date` of its own.
    public let receivedAt: Date

    /// A body of more than 64 KiB is cut there.
    public init(
        status: Int, headers: [(name: String, value: String)], body: [UInt8], isTruncated: Bool = false,
        receivedAt: Date = Date()
    ) {
        self.status = status
        self.headers = headers.map { ($0.name.lowercased(), $0.value) }
        isHTML = Self.isHTML(self.headers, body)
        self.body = Array(body.prefix(UnparsedJSON.maximumByteCount))
        self.isTruncated = isTruncated || body.count > UnparsedJSON.maximumByteCount
        self.receivedAt = receivedAt
    }

    public init(_ response: Response) {
        self.init(
            status: response.status, headers: response.headers, body: response.body, isTruncated: response.isTruncated)
    }

    func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value.trimmed
    }

    /// The beginning of a model list that is longer than what was read of it.
    var opensList: Bool { isTruncated && !isHTML && ListOpening.isSeen(in: body) }

    private static func isHTML(_ headers: [(name: String, value: String)], _ body: [UInt8]) -> Bool {
        let type = headers.first { $0.name == "content-type" }?.value.lowercased()
        return type?.contains("html") == true || body.first { !UnparsedJSON.isBlank($0) } == UInt8(ascii: "<")
    }
}

extension String {
    var trimmed: String {
        let kept = self.drop { $0.isWhitespace }
        guard let end = kept.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(kept[...end])
    }
}

internal import FoundationEssentials

/// The same model gives the same bytes: sorted names, no time of its own.
public enum JSONWriter {
    public static func write(_ report: Report) throws(ReportsError) -> [UInt8] {
        try write(Document(schema: Report.schema, status: report.status, report: report.harmless))
    }

    static func write(_ value: some Encodable) throws(ReportsError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        do {
            return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
        } catch {
            throw .cannotRender
        }
    }

    private struct Document: Encodable {
        let schema: String
        let status: CheckStatus
        let report: Report

        private enum CodingKeys: CodingKey { case schema, status }

        func encode(to encoder: any Encoder) throws {
            try report.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(schema, forKey: .schema)
            try container.encode(status, forKey: .status)
        }
    }
}

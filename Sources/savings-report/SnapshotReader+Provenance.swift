import Batch
import FoundationEssentials
import Postgres
import Reports
import Secrets
import System

/// Keeps what was asked beside what was answered, so that a reviewer can ask again.
extension SnapshotReader {
    /// Writes the statement into the report, once it was run.
    func tell(_ source: Queries.Source, rows: Int, _ reading: inout Reading) throws(JobFailure) {
        let name = source.name.description
        reading.provenance.append(Provenance(source: name, queryDigest: source.digest, rowCount: rows))
        reading.parameters.append((name, Self.text(source.parameters)))
        try write(source.sql, named: name, &reading)
    }

    /// The functions of the database that the statements call: what they do is part of what was asked.
    func nameFunctions(
        _ transaction: borrowing Transaction, _ reading: inout Reading, _ rows: inout RowDigest
    ) throws(JobFailure) {
        let source = queries.functions
        let definitions = try Database.reading { () throws(PostgresError) in
            try transaction.query(source.statement).map { row throws(PostgresError) in
                (name: try row.text("name"), text: try row.text("definition"))
            }
        }
        var text: [UInt8] = []
        for (name, definition) in definitions {
            rows.add("function", definition)
            let bytes = Array(definition.utf8)
            reading.provenance.append(
                Provenance(source: "byok." + name, queryDigest: SHA256.hexDigest(of: bytes.span), rowCount: 1))
            text += bytes
        }
        try write(text, named: "functions", &reading)
    }

    private func write(_ text: [UInt8], named name: String, _ reading: inout Reading) throws(JobFailure) {
        guard let draft else { return }
        var file = try OpenFile("query-\(name).sql", [], in: draft)
        try file.append(text)
        reading.files.append(try file.finish())
    }

    /// As a person would write them: `$1 = 2026-10-01T00:00:00Z, $2 = …`.
    private static func text(_ parameters: [Parameter]) -> String {
        parameters.enumerated().map { "$\($0 &+ 1) = " + text($1) }.joined(separator: ", ")
    }

    private static func text(_ parameter: Parameter) -> String {
        switch parameter {
        case .timestamp(let moment?): moment.description
        case .uuid(let id?): id.uuidString.lowercased()
        case .text(let text?): text
        case .int(let number?): String(number)
        case .bool(let truth?): String(truth)
        case .timestamps(let moments): list(moments.map { $0?.description })
        case .texts(let texts): list(texts)
        case .uuids(let ids): list(ids.map { $0?.uuidString.lowercased() })
        default: "null"
        }
    }

    private static func list(_ texts: [String?]) -> String {
        "{" + texts.map { $0 ?? "null" }.joined(separator: ", ") + "}"
    }
}

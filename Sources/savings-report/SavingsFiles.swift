import Batch
import FoundationEssentials
import Reports

/// A file of the draft, opened with its header; nil of it, in a dry run, takes everything and writes nothing.
struct OpenFile: ~Copyable {
    private var stream: ReportStream

    init(_ name: String, _ header: [String], in draft: ReportDraft) throws(JobFailure) {
        stream = try Self.open(name, header, draft)
    }

    private static func open(
        _ name: String, _ header: [String], _ draft: ReportDraft
    ) throws(JobFailure) -> ReportStream {
        do throws(ReportsError) {
            var stream = try draft.stream(name)
            if !header.isEmpty { try stream.append(CommaSeparated.header(header)) }
            return stream
        } catch {
            throw JobFailure(error)
        }
    }

    mutating func append(_ bytes: [UInt8]) throws(JobFailure) {
        do throws(ReportsError) { try stream.append(bytes) } catch { throw JobFailure(error) }
    }

    consuming func finish() throws(JobFailure) -> Manifest.File {
        do throws(ReportsError) { return try stream.finish() } catch { throw JobFailure(error) }
    }
}

/// The files that are as long as the users, lines or disabled keys are many.
struct SavingsFiles: ~Copyable {
    private var users: OpenFile?
    private var userObjects: OpenFile?
    private var lines: OpenFile?
    private var outages: OpenFile?
    private var focus: OpenFile?
    private let queries: Queries

    init(_ draft: ReportDraft?, _ queries: Queries) throws(JobFailure) {
        self.queries = queries
        guard let draft else {
            users = nil
            userObjects = nil
            lines = nil
            outages = nil
            focus = nil
            return
        }
        users = try OpenFile("users.csv", UserColumn.allCases.map(\.rawValue), in: draft)
        userObjects = try OpenFile("users.jsonl", [], in: draft)
        lines = try OpenFile("lines.csv", LineFigures.header, in: draft)
        outages = try OpenFile("disabled-keys.csv", OutageFigures.header, in: draft)
        focus = try queries.creditPrice.map { _ throws(JobFailure) in
            try OpenFile(FocusRow.fileName, FocusRow.header, in: draft)
        }
    }

    mutating func add(_ line: UserLine) throws(JobFailure) {
        try users?.append(line.bytes + [UInt8(ascii: "\n")])
        try userObjects?.append(line.json)
    }

    mutating func add(_ line: LineFigures) throws(JobFailure) { try lines?.append(line.csv) }
    mutating func add(_ outage: OutageFigures) throws(JobFailure) { try outages?.append(outage.csv) }

    mutating func add(_ row: FocusRow) throws(JobFailure) {
        guard let price = queries.creditPrice else { return }
        let account = queries.user.map { $0.uuidString.lowercased() } ?? "all-users"
        try focus?.append(row.csv(price, in: queries.period, for: account))
    }

    consuming func finish() throws(JobFailure) -> [Manifest.File] {
        try [users.finish(), userObjects.finish(), lines.finish(), outages.finish(), focus.finish()].flatMap { $0 }
    }
}

extension Optional where Wrapped == OpenFile {
    /// What the manifest says of the file, or nothing.
    consuming func finish() throws(JobFailure) -> [Manifest.File] {
        switch consume self {
        case .some(let file): [try file.finish()]
        case .none: []
        }
    }
}

extension Reading {
    /// Takes in a row of any part but the users'.
    mutating func add(_ part: String, _ fields: PartFields, _ files: inout SavingsFiles) throws(JobFailure) {
        switch part {
        case "line":
            let line = try LineFigures(fields)
            try files.add(line)
            try add(line)
        case "outage":
            let outage = try OutageFigures(fields)
            try files.add(outage)
            outageCount &+= 1
            if outages.count < Self.mostRows { outages.append(outage) }
        case "leader": leaders.append(try LeaderFigures(fields))
        case "cause": causes.append(try CauseFigures(fields))
        case "claim": claims.append(try ClaimFigures(fields))
        case "rates": rates = try RateFigures(fields)
        case "ledger": ledger = try LedgerFigures(fields)
        case "bills": bills = try BillFigures(fields)
        case "focus":
            let row = try FocusRow(fields)
            try files.add(row)
            guard row.isUsage else { return }
            guard let sum = focusCharged.adding(row.credits ?? .zero) else { throw PartFields.unreadable }
            focusCharged = sum
            focusAnalyses &+= row.quantity
        default: throw PartFields.unreadable
        }
    }

    private mutating func add(_ line: LineFigures) throws(JobFailure) {
        guard let all = charged.adding(line.chargedInAll ?? .zero), let rated = rated.adding(line.charged ?? .zero)
        else { throw PartFields.unreadable }
        charged = all
        self.rated = rated
        analyses &+= line.analyses
        irregularAnalyses &+= line.irregular
        firstAt = [firstAt, line.firstAt].compactMap { $0 }.min()
        lastAt = [lastAt, line.lastAt].compactMap { $0 }.max()
        lineCount &+= 1
        if lines.count < Self.mostRows { lines.append(line) }
        var month = months.last { $0.month == line.month } ?? MonthFigures(month: line.month)
        guard let list = month.list.adding(line.list ?? .zero),
            let charged = month.charged.adding(line.charged ?? .zero),
            let saved = month.saved.adding(line.saved ?? .zero)
        else { throw PartFields.unreadable }
        month.analyses &+= line.analyses
        (month.list, month.charged, month.saved) = (list, charged, saved)
        months.removeAll { $0.month == line.month }
        months.append(month)
        months.sort { $0.month < $1.month }
    }
}

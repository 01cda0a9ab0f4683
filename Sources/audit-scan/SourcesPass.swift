import Batch
import LogSources
import Scanner

/// Scans every source of a run, one after another.
struct SourcesPass: Sendable {
    struct Result: Sendable {
        var sources: [ScannedSource] = []
        /// Sources of the database that failed: by name, why.
        var failures: [(source: String, failure: JobFailure)] = []
        var state: ScanState
        var wasStopped = false
    }

    private let run: Run
    private let settings: ScanSettings
    private let rules: ScanRules
    private let state: ScanState
    private let marks: [FileIdentity: SourceMark]
    private let database: ScanDatabase?

    init(
        _ run: Run, _ settings: ScanSettings, _ rules: ScanRules, _ state: ScanState, _ database: ScanDatabase?
    ) {
        self.run = run
        self.settings = settings
        self.rules = rules
        self.state = state
        marks = settings.startsOver ? [:] : state.marks
        self.database = database
    }

    func scan() async -> Result {
        let list = SourceList(settings.paths)
        let sizes = list.files.reduce(0) { $0 + (FileScan.size(of: $1) ?? 0) }
        let progress = run.progress("bytes", total: settings.scansStandardInput ? nil : sizes)
        let stop = run.stop
        let scan = FileScan(
            rules, workerCount: settings.workers, onProgress: { progress.advance(by: $0) },
            shouldStop: { stop.isMet })
        var result = Result(state: state)
        for (path, problem) in list.problems {
            var source = ScannedSource(path)
            source.problems = [problem]
            result.sources.append(source)
        }
        for path in list.files where !stop.isMet { await scanFile(path, scan, list, &result) }
        if settings.scansStandardInput, !stop.isMet { await scanInput(scan, &result) }
        await scanTables(&result) { progress.advance(by: $0) }
        await scanAuditLog(&result) { progress.advance(by: $0) }
        progress.finish()
        Self.forgiveCompressed(&result)
        result.state.forget(except: settings.paths)
        result.wasStopped = stop.isMet
        return result
    }

    private func scanFile(_ path: String, _ scan: FileScan, _ list: SourceList, _ result: inout Result) async {
        let identity = FileIdentity(of: path)
        // Where a file stands that we know, it was renamed along a chain, and the one before it had ended earlier still.
        if let earlier = state.files[SourcePath(path)], let identity, earlier.identity != identity,
            marks[identity] == nil,
            !settings.startsOver
        {
            await scanRest(of: earlier, besides: path, scan, list, &result)
        }
        var source = await scanned(path, scan, after: identity.flatMap { marks[$0] })
        if let rest = result.sources.last, rest.name.utf8.elementsEqual(path.utf8), rest.problems == [.replaced] {
            result.sources.removeLast()
            source.problems += rest.problems
        }
        // What could not be read keeps its place, and so does what could not be told whole.
        if let mark = source.mark, source.findings.count == source.findingCount {
            result.state.files[SourcePath(path)] = mark
        }
        result.sources.append(source)
    }

    /// A file that was renamed is read to its end under its new name, if nobody names it anyway.
    private func scanRest(
        of mark: SourceMark, besides path: String, _ scan: FileScan, _ list: SourceList, _ result: inout Result
    ) async {
        guard let moved = mark.identity.found(beside: path) else {
            var source = ScannedSource(path)
            source.problems = [.replaced]
            return result.sources.append(source)
        }
        guard !list.files.contains(where: { $0.utf8.elementsEqual(moved.utf8) }) else { return }
        result.sources.append(await scanned(moved, scan, after: mark))
    }

    /// Rotation may compress a file at once. Its archive, read now for the first time, has what was not read of it.
    private static func forgiveCompressed(_ result: inout Result) {
        let archives = result.sources.filter { source in
            source.isComplete && source.bytesSeenBefore == 0
                && [".gz", ".zst"].contains { source.name.hasSuffix($0) }
        }.map(\.name)
        for index in result.sources.indices where result.sources[index].problems.contains(.replaced) {
            let name = result.sources[index].name
            if archives.contains(where: { $0.hasPrefix(name + ".") || $0.hasPrefix(name + "-") }) {
                result.sources[index].problems.removeAll { $0 == .replaced }
            }
        }
    }

    private func scanned(_ path: String, _ scan: FileScan, after mark: SourceMark?) async -> ScannedSource {
        do throws(ScanError) { return try await scan.scan(path, after: mark) } catch {
            var source = ScannedSource(path)
            source.problems = [.notReadable]
            return source
        }
    }

    private func scanInput(_ scan: FileScan, _ result: inout Result) async {
        do throws(ScanError) { result.sources.append(try await scan.scanStandardInput()) } catch {
            var source = ScannedSource("standard input")
            source.problems = [.notReadable]
            result.sources.append(source)
        }
    }

    private func scanTables(_ result: inout Result, _ onProgress: @escaping @Sendable (Int) -> Void) async {
        for (number, query) in settings.queries.enumerated() {
            let select = query.hasSuffix(";") ? String(query.dropLast()) : query
            _ = await scanRows("query \(number + 1)", select, &result, onProgress)
        }
    }

    /// Behind the last line that an earlier scan may be sure to have seen.
    private func scanAuditLog(_ result: inout Result, _ onProgress: @escaping @Sendable (Int) -> Void) async {
        guard settings.scansAuditLog, let database else { return }
        let select = String(decoding: PackageResources.audit_rows_sql, as: UTF8.self)
        let end: (settled: Int?, last: Int?)
        do throws(JobFailure) { end = try await database.auditEnd() } catch {
            return result.failures.append((Self.auditLog, error))
        }
        // Fewer lines than were read: another database.
        let known = settings.startsOver ? 0 : state.auditLine ?? 0
        let begin = known > end.last ?? 0 ? 0 : known
        guard await scanRows(Self.auditLog, "\(select) \(begin) ORDER BY id", &result, onProgress) else { return }
        result.state.auditLine = end.settled ?? begin
    }

    private static let auditLog = "byok.audit_log"

    /// False when it was not read to its end.
    private func scanRows(
        _ name: String, _ select: String, _ result: inout Result, _ onProgress: @escaping @Sendable (Int) -> Void
    ) async -> Bool {
        guard let database, !run.stop.isMet else { return false }
        let (seen, failure) = await untilStopped {
            await database.scan(name, rows: select, rules, run.stop, onProgress)
        }
        if var seen, failure == nil || seen.bytesSeen > 0 {
            if failure != nil, !run.stop.isMet { seen.add(.brokenOff) }
            result.sources.append(seen)
        }
        if let failure, !run.stop.isMet { result.failures.append((name, failure)) }
        return failure == nil
    }

    /// Ends the statement that runs when somebody asks the run to stop: its next row may be long in coming.
    private func untilStopped<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value {
        let work = Task { await body() }
        let stop = run.stop
        let watch = Task {
            while !stop.isMet, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(50)) }
            if stop.isMet { work.cancel() }
        }
        defer { watch.cancel() }
        return await work.value
    }
}

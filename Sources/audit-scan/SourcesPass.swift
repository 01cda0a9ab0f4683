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
    private let database: ScanDatabase?

    init(
        _ run: Run, _ settings: ScanSettings, _ rules: ScanRules, _ state: ScanState, _ database: ScanDatabase?
    ) {
        self.run = run
        self.settings = settings
        self.rules = rules
        self.state = state
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
        progress.finish()
        result.wasStopped = stop.isMet
        return result
    }

    private func scanFile(_ path: String, _ scan: FileScan, _ list: SourceList, _ result: inout Result) async {
        let identity = FileIdentity(of: path)
        let earlier = state.files[path]
        if let earlier, let identity, earlier.identity != identity, !settings.startsOver {
            await scanRest(of: earlier, besides: path, scan, list, &result)
        }
        var source = await scanned(path, scan, after: state.mark(for: path, identity))
        if let rest = result.sources.last, rest.name == path, rest.problems == [.replaced] {
            result.sources.removeLast()
            source.problems += rest.problems
        }
        result.state.files[path] = source.mark
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
        guard !list.files.contains(moved) else { return }
        result.sources.append(await scanned(moved, scan, after: mark))
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
        guard let database else { return }
        var tables: [(String, [UInt8])] = []
        if settings.scansAuditLog { tables.append(("byok.audit_log", PackageResources.audit_rows_sql)) }
        for (number, query) in settings.queries.enumerated() {
            let select = query.hasSuffix(";") ? String(query.dropLast()) : query
            tables.append(("query \(number + 1)", Array("COPY (\n\(select)\n) TO STDOUT".utf8)))
        }
        for (name, copy) in tables where !run.stop.isMet {
            switch await database.scan(name, copy: copy, rules, onProgress) {
            case .success(let source): result.sources.append(source)
            case .failure(let failure): result.failures.append((name, failure))
            }
        }
    }
}

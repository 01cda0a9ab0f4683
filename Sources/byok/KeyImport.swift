import Batch
import FoundationEssentials
import Secrets
import System
import Vault

/// One import from its first line to its last: while the database takes one batch in, the next is read and sealed.
struct KeyImport: ~Copyable {
    static let batchSize = 1_000

    private let run: Run
    private let store: KeyStore
    private let progress: Progress
    private var enroller: KeyEnroller
    private var batch = ImportBatch()
    private var underway: Task<Result<KeyStore.Added, JobFailure>, Never>?
    private var submitted = ImportBatch()
    private var sealsLeft = 0
    private var places = KeyPlaces()
    private(set) var badLines = BadLines()
    private(set) var added = 0
    private(set) var already = 0

    init(_ run: Run, _ store: KeyStore, _ enroller: consuming KeyEnroller) {
        self.run = run
        self.store = store
        self.enroller = enroller
        progress = run.progress("keys", total: nil)
    }

    /// True when the source has ended, false when a stop was asked for; what was read is stored either way.
    mutating func read(_ source: inout LineSource) async throws(JobFailure) -> Bool {
        var hasEnded = false
        while !hasEnded, !run.stop.isMet {
            if sealsLeft == 0 { try await reserve() }
            hasEnded = try fillBatch(from: &source)
            if !run.settings.isDryRun { try await submit() } else { try await compare() }
        }
        try await settle()
        progress.finish()
        badLines.tellTheRest(run.log)
        return hasEnded
    }

    /// A batch's worth; what is left of it at the end stays booked.
    private mutating func reserve() async throws(JobFailure) {
        if !run.settings.isDryRun { try await store.reserveSeals(Self.batchSize) }
        sealsLeft = Self.batchSize
    }

    /// Reads until the batch is full or the source pauses. True at its end.
    private mutating func fillBatch(from source: inout LineSource) throws(JobFailure) -> Bool {
        while batch.keys.count < Self.batchSize, sealsLeft > 0 {
            var parsed = ParsedLine.blank
            let event: LineSource.Event
            do throws(SystemError) {
                event = try source.next { line in parsed = ParsedLine(line) }
            } catch { throw JobFailure(error) }
            switch event {
            case .line(let number): try take(parsed, number)
            case .tooLong(let number): badLines.note(ImportFault(.lineTooLong), line: number, run.log)
            case .nothing: return false
            case .end: return true
            }
        }
        return false
    }

    private mutating func take(_ parsed: consuming ParsedLine, _ number: Int) throws(JobFailure) {
        switch consume parsed {
        case .blank: return
        case .bad(let fault): badLines.note(fault, line: number, run.log)
        case .key(let line):
            sealsLeft -= 1
            let key = try enrol(line)
            switch batch.append(key, line: number) {
            case .appended: return
            case .repeated: already += 1
            case .taken: badLines.note(ImportFault(.takenID, .id), line: number, run.log)
            }
        }
    }

    private mutating func enrol(_ line: borrowing ImportLine) throws(JobFailure) -> EnrolledKey {
        guard !run.settings.isDryRun else {
            return EnrolledKey(
                unsealed: line.id ?? UUID(), hasNewID: line.id == nil, userID: line.userID,
                provider: line.provider, label: line.label)
        }
        return try enroller.enrol(
            line.key, id: line.id, userID: line.userID, provider: line.provider, label: line.label)
    }

    private mutating func submit() async throws(JobFailure) {
        try await settle()
        guard !batch.keys.isEmpty else { return }
        let keys = batch.keys
        submitted = batch
        batch = ImportBatch()
        underway = Task { [store] in
            do throws(JobFailure) { return .success(try await store.add(keys)) } catch { return .failure(error) }
        }
    }

    /// Waits for the batch that is on its way.
    private mutating func settle() async throws(JobFailure) {
        guard let task = underway else { return }
        underway = nil
        let result = try await task.value.get()
        for (key, line) in zip(submitted.keys, submitted.lines) where result.taken.contains(key.id) {
            badLines.note(ImportFault(.takenID, .id), line: line, run.log)
        }
        added += result.ids.count
        already += submitted.keys.count - result.ids.count - result.taken.count
        progress.advance(by: submitted.keys.count)
        run.log.debug("batch", "\(result.ids.count, as: "added") of \(submitted.keys.count, as: "keys") added")
    }

    /// A dry run's batch: counted, not sent.
    private mutating func compare() async throws(JobFailure) {
        guard !batch.keys.isEmpty else { return }
        let known = try await store.known(batch.keys)
        for (key, line) in zip(batch.keys, batch.lines) {
            switch places.put(key, where: known) {
            case .free: added += 1
            case .occupied: already += 1
            case .taken: badLines.note(ImportFault(.takenID, .id), line: line, run.log)
            }
        }
        progress.advance(by: batch.keys.count)
        batch = ImportBatch()
    }
}

/// Keys on their way to the database, with the lines they came from. No id stands in it twice.
struct ImportBatch: Sendable {
    enum Place {
        case appended
        /// The same key's line once more.
        case repeated
        /// Another key under the same id.
        case taken
    }

    private(set) var keys: [EnrolledKey] = []
    private(set) var lines: [Int] = []
    private var places: [UUID: Int] = [:]

    mutating func append(_ key: EnrolledKey, line: Int) -> Place {
        if let place = places[key.id] { return keys[place].isSameRow(as: key) ? .repeated : .taken }
        places[key.id] = keys.count
        keys.append(key)
        lines.append(line)
        return .appended
    }
}

/// What one line turned out to be.
enum ParsedLine: ~Copyable {
    case blank
    case bad(ImportFault)
    case key(ImportLine)

    init(_ line: Span<UInt8>) {
        var position = 0
        while position < line.count, line[position] == 0x20 || line[position] == 0x09 || line[position] == 0x0D {
            position &+= 1
        }
        guard position < line.count else {
            self = .blank
            return
        }
        do throws(ImportFault) { self = .key(try ImportLine(line)) } catch { self = .bad(error) }
    }
}

public import FoundationEssentials
public import Postgres
public import Vault

/// Moves a part of all keys under the target: reading, sealing and writing at the same time, on connections of their own.
///
/// The rows are the truth: it goes on until a look at them finds nothing left, wherever it began.
public struct Sweep: Sendable {
    public struct Options: Sendable {
        public var limits: BatchPace.Limits
        /// Rows a second over all writers; nil for no limit.
        public var mostRowsPerSecond: Double?

        public init(limits: BatchPace.Limits, mostRowsPerSecond: Double? = nil) {
            self.limits = limits
            self.mostRowsPerSecond = mostRowsPerSecond
        }

        var pageSize: Int { max(250, limits.most) }
    }

    /// Where fewer are left, one scan finds them all; where more are, they are read in the order of their ids.
    private static let few = 1_000

    private let context: SweepContext
    private let reader: PageReader
    private let sealer: PageSealer
    private let writers: [PageWriter]
    private let firstSize: Int

    /// One writer a connection of `writing`; seals are booked on `booking`.
    public init(
        _ context: SweepContext, _ range: KeyRange, _ keyring: Keyring, reading: PostgresConnection,
        booking: PostgresConnection, writing: [PostgresConnection], _ options: Options
    ) throws(RotationError) {
        self.context = context
        reader = PageReader(
            connection: reading, target: context.target, range: range, pageSize: options.pageSize)
        sealer = try PageSealer(keyring, context.target, booksOn: booking, context.tally)
        let rate = options.mostRowsPerSecond.map(SharedRate.init)
        writers = writing.map { PageWriter($0, context, options.limits, rate) }
        firstSize = options.limits.start
    }

    /// Until nothing is left; before the fence is up, writers with an old key may go on for ever, so that after
    /// `passes` looks, or a pass through everything, a few may be. False when the sweep was halted.
    ///
    /// `cursor` is where an earlier run had come to: a hint that spares reading what it did.
    public func run(from cursor: UUID? = nil, atMost passes: Int? = nil) async -> Bool {
        var cursor = cursor
        var looks = 0
        do throws(RotationError) {
            while !context.halt.isMet {
                let rest = try await reader.rest(limit: Self.few)
                let isFew = rest.count < Self.few
                if rest.isEmpty || (isFew && looks >= passes ?? .max) { return true }
                let before = context.tally.now.counts
                let source = isFew ? PageSource.rest(rest.sorted { $0.id < $1.id }) : .ordered(after: cursor)
                await pump(source)
                context.tally.change { $0.pass += 1 }
                let after = context.tally.now.counts
                // What came in behind this pass is found behind the fence; a look costs a scan of the whole table.
                let isThrough = !isFew && cursor == nil && after.changed == before.changed
                if isThrough, passes != nil, !context.halt.isMet { return true }
                if !isFew { cursor = nil }
                looks += 1
                if after.rotated == before.rotated { await context.halt.sleep(for: .seconds(1)) }
            }
        } catch {
            context.halt.fail(error)
        }
        return false
    }

    private func pump(_ source: PageSource) async {
        let read = Channel<RowPage>(capacity: 1)
        let sealed = Channel<RewrappedPage>(capacity: writers.count)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await readAll(source, into: read) }
            group.addTask { await sealAll(read, into: sealed) }
            for writer in writers {
                group.addTask { while let page = await sealed.next() { await writer.write(page) } }
            }
        }
    }

    private func readAll(_ source: PageSource, into channel: Channel<RowPage>) async {
        var source = source
        do throws(RotationError) {
            while !context.halt.isMet {
                let start = source.cursor
                let rows = try await source.next(reader)
                guard !rows.isEmpty else { break }
                let page = RowPage(number: context.tally.nextPage(), rows: rows)
                context.tally.read(page, from: start, to: source.cursor)
                await channel.send(page)
            }
        } catch {
            context.halt.fail(error)
        }
        await channel.finish()
    }

    private func sealAll(_ read: Channel<RowPage>, into sealed: Channel<RewrappedPage>) async {
        while let page = await read.next() {
            do throws(RotationError) {
                guard !context.halt.isMet else {
                    giveBack(page)
                    continue
                }
                var result = try await sealer.rewrap(page)
                let size = context.tally.now.batchSize
                try result.makeReady(size: size > 0 ? size : firstSize, context)
                await sealed.send(result)
            } catch {
                context.halt.fail(error)
                giveBack(page)
            }
        }
        await sealed.finish()
    }

    private func giveBack(_ page: RowPage) {
        context.tally.change { $0.counts.returned += page.rows.count }
    }
}

/// Where a pass gets its pages from.
private enum PageSource {
    case ordered(after: UUID?)
    case rest([KeyRow])

    /// What a later run could begin behind; nil where the order says nothing.
    var cursor: UUID? {
        if case .ordered(let cursor) = self { return cursor }
        return nil
    }

    mutating func next(_ reader: PageReader) async throws(RotationError) -> [KeyRow] {
        switch self {
        case .ordered(let cursor):
            let rows = try await reader.page(after: cursor)
            if let last = rows.last { self = .ordered(after: last.id) }
            return rows
        case .rest(let rows):
            self = .rest(Array(rows.dropFirst(reader.pageSize)))
            return Array(rows.prefix(reader.pageSize))
        }
    }
}

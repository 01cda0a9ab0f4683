import Batch
import Postgres
import System

/// One run of `retire`, from its order to its conclusion.
struct Retirement: Sendable {
    private let run: Run
    private let order: RetireOrder
    private let retention: Retention
    private let report: RunReport
    private let database: Batch.Database

    init(
        _ run: Run, _ order: RetireOrder, _ flags: RetentionFlags, _ databaseFlags: DatabaseFlags
    ) throws(JobFailure) {
        self.run = run
        self.order = order
        retention = try Retention(flags)
        report = try RunReport(run.settings)
        database = try Batch.Database(databaseFlags, for: "byok/rotate-master")
    }

    func conclude() async throws(JobFailure) -> Conclusion {
        try order.expectWords()
        try await database.connect()
        var (picture, obstacles) = try await look()
        if try await DeclaredReplica.isInTheWay(of: picture, order.terms) { obstacles.append(.declaredReplica) }
        guard picture.isOperator else {
            throw JobFailure(
                .notPermitted, "only byok_operator retires a master key, and this is \(PlaceName(picture.who))",
                next: "log in as an operator")
        }
        if try await !isToBeTold(picture) {
            guard obstacles.isEmpty else { return refusal(obstacles, picture) }
            if run.settings.isDryRun {
                return Conclusion(summary: "nothing stands in the way; nothing was done", details: details([]))
            }
        }
        let lease = try await Lease.take(run, on: database.keeper)
        do throws(JobFailure) {
            let conclusion = try await perform(picture, lease)
            await lease.release()
            return conclusion
        } catch {
            await lease.release()
            throw error
        }
    }

    private func key(_ picture: RotationPicture) -> MasterKeyEntry? {
        picture.keys.first { $0.version == order.terms.version }
    }

    /// Retired by a run that was killed before it left its report, or could not write it: this one writes it.
    private func isToBeTold(_ picture: RotationPicture) async throws(JobFailure) -> Bool {
        guard !run.settings.isDryRun, let key = key(picture), key.state == .retired, let at = key.retiredAt else {
            return false
        }
        return try await Queries.isReportMissing(since: at, on: database.reader)
    }

    private func look() async throws(JobFailure) -> (RotationPicture, [RetirementObstacle]) {
        let terms = order.terms
        do throws(PostgresError) {
            return try await database.reader.transaction(.snapshot) { transaction throws(PostgresError) in
                (try RotationPicture(transaction), try RetirementObstacle.all(terms, transaction))
            }
        } catch { throw JobFailure(error) }
    }

    /// One line an obstacle, each with what to do about it.
    private func refusal(_ obstacles: [RetirementObstacle], _ picture: RotationPicture) -> Conclusion {
        let words = obstacles.map { order.terms.words(for: $0, in: picture) }
        for word in words { run.log.error("in_the_way", "\(word.what); next: \(word.next)") }
        return Conclusion(
            [.incomplete], summary: "version \(order.terms.version) was not retired: \(obstacles.count) in the way",
            next: words.first?.next, details: details(obstacles))
    }

    private func details(_ obstacles: [RetirementObstacle]) -> [Conclusion.Detail] {
        [Conclusion.Detail("obstacles", .array(obstacles.map { .string($0.rawValue) }))]
    }

    private func perform(_ picture: RotationPicture, _ lease: Lease) async throws(JobFailure) -> Conclusion {
        let record = try await RunRecord.start(run, under: lease, on: database.writer)
        let closing = RotationClosing(run: run, record: record, report: report, reader: database.reader)
        var course = RotationEvidence.Course(
            command: .retire, runID: run.id, startedAt: picture.at, retention: retention)
        do throws(JobFailure) {
            if key(picture)?.state != .retired { try await retire() }
        } catch {
            course.stopReason = error.outcome.name.description
            return await closing.conclude(
                Conclusion([error.outcome], summary: error.message, next: error.next), course)
        }
        let left = picture.previous.count { $0.version != order.terms.version }
        return await closing.conclude(
            Conclusion(
                counts: [Conclusion.Count("retired", 1), Conclusion.Count("older_keys_left", left)],
                summary: "master key \(order.terms.version) is retired",
                next: """
                    take it out of BYOK_MASTER_KEYS everywhere, and keep it offline until the date in the report
                    """), course)
    }

    /// A reply that was lost is looked up: the database retires a key once.
    private func retire() async throws(JobFailure) {
        let terms = order.terms
        let parameters: [Parameter] = [
            .int(terms.version), .text(order.reason), .int(terms.acceptedQuarantined), .interval(terms.grace),
            .text(terms.holdersConfirmed), .texts(terms.ignoredReplicas),
        ]
        do throws(PostgresError) {
            _ = try await database.writer.query(
                Statement(
                    "retire_master_key", sql: PackageResources.retire_master_key_sql, parameters,
                    deadline: RotationPicture.wholeTable))
        } catch  where error.kind == .commitUnknown {
            let (picture, _) = try await look()
            guard key(picture)?.state == .retired else {
                throw JobFailure(error)
            }
        } catch  where error.sqlState == "BK005" {
            throw JobFailure(
                .incomplete, "version \(terms.version) was not retired: something came in the way meanwhile",
                next: "rotate-master plan")
        } catch {
            throw JobFailure(error)
        }
    }
}

import Batch
import Foundation
import Postgres
import TestSupport
import Testing
import Vault

@testable import Rotation
@testable import rotate_master

struct RunVerdictTests {
    /// A rotation as a run finds it.
    private func state() async throws -> RotationState {
        let stage = try RotationStage(1)
        try stage.makeCurrent(2)
        try stage.sweep(1, proving: false)
        let settings = try ConnectionSettings(variables: stage.database.environment(role: "byok_rotate"))
        return try #require(try await RotationSteps.open(on: PostgresConnection(settings)))
    }

    @Test func `books that do not balance outweigh whatever else went wrong`() async throws {
        var counts = SweepCounts()
        (counts.taken, counts.rotated, counts.quarantined) = (10, 7, 2)
        let state = try await state()

        for failure in [nil, RotationError.tableInUse, .tooManyUnreadable] {
            let verdict = RunVerdict(.halted(state), counts, failure, nil)

            #expect(Outcome.first(of: verdict.outcomes) == .broken)
            #expect(verdict.message?.text == "10 rows were taken up and 9 came to an end")
        }
    }

    @Test func `rows set aside do not hide that the sweep is not over`() async throws {
        var counts = SweepCounts()
        (counts.taken, counts.rotated, counts.quarantined, counts.returned) = (10, 7, 2, 1)
        let state = try await state()

        let stopped = RunVerdict(.halted(state), counts, nil, .signal)
        #expect(Outcome.first(of: stopped.outcomes) == .quarantined(2))
        #expect(stopped.message?.text == "ended early (signal); before that 2 rows do not open and were quarantined")
        #expect(stopped.next?.text.hasPrefix("rotate-master run: it goes on where it ended") == true)
        let failed = RunVerdict(.halted(state), counts, .tableInUse, nil)
        #expect(failed.message?.text.hasPrefix("a long transaction keeps byok.api_keys in use; before that 2") == true)
        let ended = RunVerdict(.partSwept(state), counts, nil, nil)
        #expect(ended.message?.text == "2 rows do not open and were quarantined")
    }

    @Test func `an end before the end is never success, whatever brought it about`() async throws {
        let verdict = RunVerdict(.halted(try await state()), SweepCounts(), nil, nil)

        #expect(verdict.outcomes == [.incomplete])
        #expect(verdict.next?.text == "rotate-master run: it goes on where it ended")
    }
}

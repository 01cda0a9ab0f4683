import Batch
import TestSupport
import Testing

@testable import Rotation
@testable import rotate_master

struct RunVerdictTests {
    private static let some = SetAside(count: 2, all: 3)

    @Test func `books that do not balance outweigh whatever else went wrong`() {
        var counts = SweepCounts()
        (counts.taken, counts.rotated, counts.quarantined) = (10, 7, 2)

        for failure in [nil, RotationError.tableInUse, .tooManyUnreadable] {
            let verdict = RunVerdict(.halted, counts, SetAside(), failure, nil)

            #expect(Outcome.first(of: verdict.outcomes) == .broken)
            #expect(verdict.message?.text == "10 rows were taken up and 9 came to an end")
        }
    }

    @Test func `rows set aside do not make a failure for good of an end that the next run mends`() {
        let stopped = RunVerdict(.halted, SweepCounts(), Self.some, nil, .signal)
        #expect(Outcome.first(of: stopped.outcomes).status == .stopped)
        #expect(
            stopped.message?.text == "ended early (signal); until then 2 rows do not open and were set aside")
        #expect(stopped.next?.text == "rotate-master run: it goes on where it ended")
        let failed = RunVerdict(.halted, SweepCounts(), Self.some, .tableInUse, nil)
        #expect(Outcome.first(of: failed.outcomes).status == .stopped)
        #expect(failed.message?.text.hasPrefix("a long transaction keeps byok.api_keys in use; until then 2") == true)
        let overtaken = RunVerdict(.halted, SweepCounts(), Self.some, nil, .leaseLost)
        #expect(overtaken.outcomes == [.leaseHeld])
    }

    @Test func `at its end those of the rotation decide, and the sentence leaves none out`() {
        let proved = RunVerdict(.proved(2), SweepCounts(), Self.some, nil, nil)
        #expect(proved.outcomes == [.quarantined(2)])
        #expect(
            proved.message?.text
                == """
                every key but 3, which do not open and are set aside, 2 of them since it began, is under master key 2, \
                and the database has proved it
                """)
        #expect(proved.next?.text == "look at the rows that the report lists; then rotate-master verify")
        let before = RunVerdict(.proved(2), SweepCounts(), SetAside(count: 0, all: 1), nil, nil)
        #expect(before.outcomes == [.done])
        #expect(before.message?.text.hasPrefix("every key but 1, which do not open and are set aside, is") == true)
        let part = RunVerdict(.partSwept, SweepCounts(), Self.some, nil, nil)
        #expect(part.outcomes == [.quarantined(2)])
        #expect(part.message?.text.hasSuffix("another one is not yet; 2 rows do not open and were set aside") == true)
    }

    @Test func `an end before the end is never success, whatever brought it about`() {
        let verdict = RunVerdict(.halted, SweepCounts(), SetAside(), nil, nil)

        #expect(verdict.outcomes == [.incomplete])
        #expect(verdict.next?.text == "rotate-master run: it goes on where it ended")
    }
}

import Batch
import Testing

@Suite struct StatusTests {
    @Test func `the precedence names every status once`() {
        #expect(ExitStatus.precedence.count == ExitStatus.allCases.count)
        #expect(Set(ExitStatus.precedence) == Set(ExitStatus.allCases))
        #expect(ExitStatus.precedence.map(\.rawValue) == [64, 70, 78, 77, 65, 1, 74, 69, 75, 0])
    }

    @Test func `of several outcomes the weightiest decides`() {
        #expect(Outcome.first(of: [.done, .stopped, .findings]) == .findings)
        #expect(Outcome.first(of: [.findings, .quarantined(2)]) == .quarantined(2))
        #expect(Outcome.first(of: [.quarantined(2), .broken, .misconfigured]) == .broken)
        #expect(Outcome.first(of: [.unavailable, .notWritten]) == .notWritten)
        #expect(Outcome.first(of: [.incomplete, .guardTripped, .findings]) == .guardTripped)
        #expect(Outcome.first(of: []) == .done)
    }

    @Test func `running again by itself is for what time can heal`() {
        #expect(ExitStatus.allCases.filter(\.isWorthRetrying).map(\.rawValue) == [69, 74, 75])
    }
}

import Foundation
import Providers
import System

@testable import revalidate

extension RunSummary {
    static let hostileLabel = "</td><script>alert(1)</script> \u{202E}evil\u{1B}[31m & \"q\""
    static let start = Timestamp(microseconds: 1_795_440_000_000_000)
    static let hour = start - .seconds(20 * 60)

    private static func id(_ number: Int) -> UUID {
        UUID(uuidString: "0c7a5a53-2f7e-4b43-9d3f-2f4cf7a3e0d\(number % 10)") ?? UUID()
    }

    /// A run that met everything once: a guard, a canary that failed, keys to disable, gaps.
    static func sample(
        providers: [ProviderSummary] = ProviderSummary.samples, disabled: [DisabledKey] = samples,
        disabledCount: Int? = nil, overdue: Int = 0, books: revalidate.TieOut? = balanced,
        decryptions: Decryptions = Decryptions(revalidate: 2000, fingerprint: 40), calendar: RunCalendar = .sample,
        isDryRun: Bool = false
    ) -> RunSummary {
        RunSummary(
            runID: id(1), startedAt: start, finishedAt: start + .milliseconds(203_456), isDryRun: isDryRun,
            stopReason: nil, providers: providers, disabled: disabled,
            disabledCount: disabledCount ?? disabled.count, overdueCount: overdue, decryptions: decryptions,
            books: books, calendar: calendar)
    }

    static let samples: [DisabledKey] = [
        DisabledKey(
            keyID: id(2), userID: id(3), provider: .anthropic, label: "work", reason: "authentication_error",
            httpStatus: 401, firstRefusedAt: start - .seconds(90_000), disabledAt: start + .seconds(3)),
        DisabledKey(
            keyID: id(4), userID: id(5), provider: .groq, label: hostileLabel, reason: "refused", httpStatus: nil,
            firstRefusedAt: nil, disabledAt: start + .microseconds(1)),
    ]

    static let balanced = revalidate.TieOut(lines: [
        .init(outcome: .valid, inProcess: 1200, inDatabase: 1200),
        .init(outcome: .suspected, inProcess: 8, inDatabase: 8),
        .init(outcome: .disabled, inProcess: 2, inDatabase: 2),
        .init(outcome: .held, inProcess: 12, inDatabase: 12),
    ])
}

extension ProviderSummary {
    static let samples: [ProviderSummary] = [
        sample(.anthropic, [.valid: 700, .disabled: 1, .exhausted: 9], control: .pass),
        sample(.openai, [.valid: 400, .held: 12], tripped: true),
        sample(.google, [.returned: 90], control: .fail, reason: "our own canary key did not pass"),
        sample(.groq, [.valid: 100, .suspected: 8, .disabled: 1, .transient: 3]),
    ]

    static func sample(
        _ provider: Provider, _ outcomes: [KeyOutcome: Int], control: ControlGroup = .notConfigured,
        tripped: Bool = false, reason: String? = nil
    ) -> ProviderSummary {
        let total = outcomes.values.reduce(0, +)
        let isAsked = reason == nil
        return ProviderSummary(
            provider: provider, due: total, outcomes: outcomes,
            latency: isAsked ? Latency(p50: 184, p95: 611, maximum: 10_250) : nil, controlGroup: control,
            guardState: Guard(
                isTripped: tripped, trippedAt: tripped ? RunSummary.start : nil, approvedUntil: nil, looked: total,
                refused: tripped ? 12 : 1, threshold: max(5, total / 20), held: tripped ? 12 : 0),
            requests: isAsked ? total + 4 : 2, retries: isAsked ? 2 : 0, notDecidedReason: reason)
    }
}

extension RunCalendar {
    /// 148 hours with two gaps, of 3 and of 1 hours.
    static let sample = hours(148, missed: [30, 31, 32, 80])
    static let whole = hours(148, missed: [])

    static func hours(_ count: Int, missed: Set<Int>) -> RunCalendar {
        RunCalendar(
            slots: (0..<count).map { index in
                let isMissed = missed.contains(index)
                return Slot(
                    hour: RunSummary.hour - .seconds((count - 1 - index) * 3600), runs: isMissed ? 0 : 1,
                    isServed: !isMissed, worstExitStatus: isMissed || index == count - 1 ? nil : (index == 40 ? 75 : 0))
            })
    }
}

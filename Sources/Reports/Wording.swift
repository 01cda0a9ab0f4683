internal import System

/// How values read for people. Own formatting: the system's changes with its version.
enum Wording {
    static func text(_ cell: Cell, _ language: PageLanguage = .english) -> String {
        switch cell {
        case .text(let text), .decimal(let text), .absent(let text): Terminal.escape(text)
        case .count(let count): grouped(count)
        case .duration(let duration): self.duration(duration)
        case .timestamp(let timestamp): moment(timestamp)
        case .status(let status): self.status(status, language)
        case .unknown: language.words.unknown
        }
    }

    /// `2026-11-23 13:20:00Z`: whole seconds, and a space where a narrow column may break.
    static func moment(_ timestamp: Timestamp) -> String {
        let text = timestamp.description
        let (day, time) = (text.prefix { $0 != "T" }, text.drop { $0 != "T" }.dropFirst())
        return day + " " + time.prefix { $0 != "." && $0 != "Z" } + "Z"
    }

    /// Word and shape, so that no colour is needed.
    static func status(_ status: CheckStatus, _ language: PageLanguage = .english) -> String {
        switch status {
        case .pass: "✓ " + language.words.pass
        case .fail: "✗ " + language.words.fail
        case .notDecided: "? " + language.words.notDecided
        }
    }

    static func statusClass(_ status: CheckStatus) -> String {
        switch status {
        case .pass: "pass"
        case .fail: "fail"
        case .notDecided: "open"
        }
    }

    /// Thin spaces between thousands: `12 345`.
    static func grouped(_ count: Int) -> String {
        if (0..<1000).contains(count) { return String(count) }
        let digits = Array(String(count.magnitude))
        let groups = digits.indices.map { index in
            let rest = digits.count &- index
            return String(digits[index]) + (rest > 1 && rest % 3 == 1 ? "\u{202F}" : "")
        }
        return (count < 0 ? "−" : "") + groups.joined()
    }

    /// Milliseconds below ten seconds, seconds below ten minutes, then minutes, hours, days.
    static func duration(_ duration: Duration) -> String {
        let total = duration.clampedMicroseconds
        let sign = total < 0 ? "−" : ""
        let microseconds = total.magnitude
        switch microseconds {
        case ..<10_000_000: return sign + tenths(microseconds / 100) + "\u{A0}ms"
        case ..<600_000_000: return sign + tenths(microseconds / 100_000) + "\u{A0}s"
        case ..<36_000_000_000: return sign + tenths(microseconds / 6_000_000) + "\u{A0}min"
        case ..<864_000_000_000: return sign + tenths(microseconds / 360_000_000) + "\u{A0}h"
        default: return sign + tenths(microseconds / 8_640_000_000) + "\u{A0}d"
        }
    }

    private static func tenths(_ value: UInt64) -> String {
        "\(value / 10).\(value % 10)"
    }
}

import FoundationEssentials

/// How long a provider asks to wait.
enum RetryHint {
    static let maximum = Duration.seconds(7 * 86_400)

    static func delay(of evidence: Evidence, provider: Provider) -> Duration? {
        let answer = evidence.answer
        // Recorded answers 200 carry the header too, where it means nothing.
        guard [429, 503, 529].contains(answer.status) else { return nil }
        let now = answer.header("date").flatMap(Moment.http) ?? answer.receivedAt.timeIntervalSince1970
        if let milliseconds = answer.header("retry-after-ms").flatMap(number) { return clamped(milliseconds / 1000) }
        if let text = answer.header("retry-after"), let delay = parse(text, now: now) { return delay }
        for detail in evidence.json?[["error", "details"]]?.elements ?? [] {
            if let delay = detail[["retryDelay"]]?.text.flatMap({ parse($0, now: now) }) { return delay }
        }
        return resetHeader(provider).flatMap(answer.header).flatMap { parse($0, now: now) }
    }

    /// Seconds (`2`, `1.5`), units (`12ms`, `34.4s`, `2m59.56s`, `1h`), RFC 3339 or an HTTP date.
    /// Nil for what is none of these or negative; a date that has passed is zero; more than seven days is seven.
    static func parse(_ text: String, now: Double) -> Duration? {
        let text = text.trimmed
        if let seconds = number(text) { return clamped(seconds) }
        if let seconds = units(text) { return clamped(seconds) }
        return (Moment.rfc3339(text) ?? Moment.http(text)).flatMap { clamped(max(0, $0 - now)) }
    }

    private static func resetHeader(_ provider: Provider) -> String? {
        switch provider {
        case .anthropic: "anthropic-ratelimit-requests-reset"
        case .openai, .groq: "x-ratelimit-reset-requests"
        case .google, .deepseek, .mistral: nil
        }
    }

    private static func clamped(_ seconds: Double) -> Duration? {
        guard seconds.isFinite, seconds >= 0 else { return nil }
        return min(.seconds(min(seconds, 1_000_000)), maximum)
    }

    private static func number(_ text: String) -> Double? {
        guard let first = text.utf8.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first),
            !text.lowercased().contains("x")
        else { return nil }
        return Double(text)
    }

    private static func units(_ text: String) -> Double? {
        var total = 0.0
        var rest = text.lowercased()[...]
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(digits), let factor = factors[String(unit)] else { return nil }
            total += value * factor
        }
        return total
    }

    private static let factors: [String: Double] = [
        "ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86_400,
    ]
}

/// Dates in headers, as seconds since 1970.
enum Moment {
    /// `2026-11-23T13:30:00Z`, with fraction and offset allowed.
    static func rfc3339(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t") || bytes[10] == UInt8(ascii: " "),
            let year = digits(bytes[0..<4]), let month = digits(bytes[5..<7]), let day = digits(bytes[8..<10]),
            let clock = clock(bytes[11..<19])
        else { return nil }
        var zone = bytes[19...]
        if zone.first == UInt8(ascii: ".") { zone = zone.dropFirst().drop { (0x30...0x39).contains($0) } }
        guard let offset = offset(zone) else { return nil }
        return seconds(year, month, day, clock).map { $0 - offset }
    }

    /// `Mon, 23 Nov 2026 13:30:00 GMT`.
    static func http(_ text: String) -> Double? {
        let words = text.split(separator: " ")
        let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        guard words.count == 6, words[0].hasSuffix(","), words[5] == "GMT" || words[5] == "UTC",
            let day = digits(Array(words[1].utf8)[...]), let month = months.firstIndex(of: words[2].lowercased()),
            let year = digits(Array(words[3].utf8)[...]), let clock = clock(Array(words[4].utf8)[...])
        else { return nil }
        return seconds(year, month + 1, day, clock)
    }

    private static func digits(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard (1...4).contains(bytes.count), bytes.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return bytes.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func clock(_ bytes: ArraySlice<UInt8>) -> Int? {
        let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map(digits)
        guard parts.count == 3, let hour = parts[0], let minute = parts[1], let second = parts[2], hour < 24,
            minute < 60, second <= 60
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }

    private static func offset(_ bytes: ArraySlice<UInt8>) -> Double? {
        guard let sign = bytes.first else { return nil }
        if sign == UInt8(ascii: "Z") || sign == UInt8(ascii: "z") { return bytes.count == 1 ? 0 : nil }
        let parts = bytes.dropFirst().split(separator: UInt8(ascii: ":")).map(digits)
        guard parts.count == 2, let hours = parts[0], let minutes = parts[1], hours < 24, minutes < 60 else {
            return nil
        }
        let value = Double(hours * 3600 + minutes * 60)
        return sign == UInt8(ascii: "-") ? -value : sign == UInt8(ascii: "+") ? value : nil
    }

    private static func seconds(_ year: Int, _ month: Int, _ day: Int, _ clock: Int) -> Double? {
        guard (1...12).contains(month), (1...31).contains(day), (1970...9999).contains(year) else { return nil }
        // Days since 1970 with the year begun in March, so that the leap day is its last.
        let shifted = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let days = 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
        return Double(days * 86_400 + clock)
    }
}

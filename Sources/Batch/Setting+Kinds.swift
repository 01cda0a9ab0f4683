extension Setting where Value == Duration {
    public static func duration(
        _ variable: StaticString, flag: StaticString? = nil, default fallback: Duration? = nil, help: StaticString
    ) -> Setting {
        Setting(
            variable, flag: flag, default: fallback, help: help, expected: "a duration such as 24h, 90s or 0s",
            parse: DurationText.read)
    }
}

extension Setting where Value == Int {
    /// A whole number within a range.
    public static func count(
        _ variable: StaticString, flag: StaticString? = nil, default fallback: Int? = nil,
        within range: ClosedRange<Int> = 0...Int.max, help: StaticString
    ) -> Setting {
        Setting(variable, flag: flag, default: fallback, help: help, expected: "a whole number in range") { text in
            guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(text) else { return nil }
            return range.contains(count) ? count : nil
        }
    }

    /// Bytes, more than none: a whole number, or one with `KiB`, `MiB` or `GiB`.
    public static func size(
        _ variable: StaticString, flag: StaticString? = nil, default fallback: Int? = nil, help: StaticString
    ) -> Setting {
        Setting(variable, flag: flag, default: fallback, help: help, expected: "a size such as 64MiB") { text in
            for (suffix, shift) in [("KiB", 10), ("MiB", 20), ("GiB", 30), ("", 0)] where text.hasSuffix(suffix) {
                let digits = text.dropLast(suffix.count)
                guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(digits) else {
                    return nil
                }
                let (size, overflowed) = count.multipliedReportingOverflow(by: 1 << shift)
                return overflowed || size == 0 ? nil : size
            }
            return nil
        }
    }
}

extension Setting where Value == Double {
    /// Per second, more than zero.
    public static func rate(
        _ variable: StaticString, flag: StaticString? = nil, default fallback: Double? = nil, help: StaticString
    ) -> Setting {
        Setting(variable, flag: flag, default: fallback, help: help, expected: "a number a second, such as 2.5") {
            text in
            guard let rate = Double(text), rate.isFinite, rate > 0 else { return nil }
            return rate
        }
    }
}

extension Setting where Value == Bool {
    public static func toggle(_ variable: StaticString, flag: StaticString? = nil, help: StaticString) -> Setting {
        Setting(variable, flag: flag, default: false, help: help, expected: "true or false") { text in
            switch text.lowercased() {
            case "1", "true", "yes", "on": true
            case "0", "false", "no", "off": false
            default: nil
            }
        }
    }
}

extension Setting where Value == String {
    /// Any text without control characters, such as a path.
    public static func text(
        _ variable: StaticString, flag: StaticString? = nil, default fallback: String? = nil, help: StaticString
    ) -> Setting {
        Setting(variable, flag: flag, default: fallback, help: help, expected: "text without control characters") {
            $0.isEmpty || $0.unicodeScalars.contains { $0.properties.generalCategory == .control } ? nil : $0
        }
    }
}

extension Setting where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// One of the names of a closed enum; `expected` lists them.
    public static func choice(
        _ variable: StaticString, flag: StaticString? = nil, default fallback: Value? = nil, help: StaticString,
        expected: StaticString
    ) -> Setting {
        Setting(variable, flag: flag, default: fallback, help: help, expected: expected) { Value(rawValue: $0) }
    }
}

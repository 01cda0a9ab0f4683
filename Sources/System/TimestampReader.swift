/// Reads a date, a time of day and an offset, byte by byte.
struct TimestampReader {
    let text: [UInt8]
    private var position = 0

    init(text: [UInt8]) {
        self.text = text
    }

    mutating func read() -> Timestamp? {
        guard let date = readDate(), skip("T") || skip("t") || skip(" "), let time = readTime(),
            let offset = readOffset(), position == text.count
        else { return nil }
        let seconds = Int64(date.daysSince1970) * 86400 + time.seconds - offset
        return Timestamp(microseconds: seconds * 1_000_000 + time.microseconds)
    }

    private mutating func readDate() -> CivilDate? {
        guard let year = number(digits: 4), skip("-"), let month = number(digits: 2), skip("-"),
            let day = number(digits: 2)
        else { return nil }
        return CivilDate(year: year, month: month, day: day)
    }

    private mutating func readTime() -> (seconds: Int64, microseconds: Int64)? {
        guard let hour = number(digits: 2), skip(":"), let minute = number(digits: 2), skip(":"),
            let second = number(digits: 2), hour < 24, minute < 60, second < 60
        else { return nil }
        guard skip(".") else { return (Int64(hour * 3600 + minute * 60 + second), 0) }
        guard let fraction = readFraction() else { return nil }
        return (Int64(hour * 3600 + minute * 60 + second), fraction)
    }

    private mutating func readFraction() -> Int64? {
        var value: Int64 = 0
        var count = 0
        while let digit = digit() {
            count += 1
            guard count <= 6 else { return nil }
            value = value * 10 + Int64(digit)
        }
        guard count > 0 else { return nil }
        for _ in count..<6 { value *= 10 }
        return value
    }

    /// Seconds east of UTC.
    private mutating func readOffset() -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        let east = skip("+")
        guard east || skip("-"), let hour = number(digits: 2), hour < 24 else { return nil }
        var minute = 0
        if skip(":") || position < text.count {
            guard let read = number(digits: 2), read < 60 else { return nil }
            minute = read
        }
        let offset = Int64(hour * 3600 + minute * 60)
        return east ? offset : -offset
    }

    private mutating func number(digits: Int) -> Int? {
        var value = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    private mutating func digit() -> Int? {
        guard position < text.count, (0x30...0x39).contains(text[position]) else { return nil }
        defer { position += 1 }
        return Int(text[position] - 0x30)
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }
}

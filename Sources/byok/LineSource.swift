import Secrets
import System

/// The lines of a stream, lent one at a time from erased memory that does not grow.
struct LineSource: ~Copyable {
    enum Event {
        /// A line, its number counted from 1.
        case line(Int)
        /// One that is longer than any line may be; its bytes are passed over.
        case tooLong(Int)
        /// Nothing yet: time to look at other things.
        case nothing
        case end
    }

    /// More than the longest line that can hold a key and a label, all of it escaped.
    static let longestLine = 65_536

    private let stream: InputStream
    private var buffer = SecretBuffer(capacity: 4 * LineSource.longestLine)
    private var consumed = 0
    private var searched = 0
    private var number = 0
    private var isSkipping = false
    private var hasEnded = false

    init(_ stream: consuming InputStream) { self.stream = stream }

    /// Gives the next line to `body`, without its line end and without a byte order mark.
    mutating func next(_ body: (Span<UInt8>) -> Void) throws(SystemError) -> Event {
        while true {
            if let end = lineEnd() {
                if let event = finish(at: end, body) { return event }
                continue
            }
            if hasEnded { return lastLine(body) }
            if let event = skipWhatIsTooLong() { return event }
            switch try read() {
            case .bytes: continue
            case .nothing: return .nothing
            case .end: hasEnded = true
            }
        }
    }

    /// Makes room first.
    private mutating func read() throws(SystemError) -> InputStream.Arrival {
        buffer.removeFirst(consumed)
        searched -= consumed
        consumed = 0
        return try buffer.append { output throws(SystemError) in try stream.read(into: &output) }
    }

    private mutating func skipWhatIsTooLong() -> Event? {
        guard isSkipping || buffer.byteCount - consumed > Self.longestLine else { return nil }
        consumed = buffer.byteCount
        searched = consumed
        guard !isSkipping else { return nil }
        isSkipping = true
        number += 1
        return .tooLong(number)
    }

    private mutating func lineEnd() -> Int? {
        let (start, found) = buffer.withBytes { bytes in
            var position = max(searched, consumed)
            while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position &+= 1 }
            return (position, position < bytes.count)
        }
        searched = start
        return found ? start : nil
    }

    /// Nil where the end is that of a line passed over already.
    private mutating func finish(at end: Int, _ body: (Span<UInt8>) -> Void) -> Event? {
        let start = consumed
        consumed = end + 1
        searched = consumed
        if isSkipping {
            isSkipping = false
            return nil
        }
        number += 1
        guard end - start <= Self.longestLine else { return .tooLong(number) }
        lend(start..<end, body)
        return .line(number)
    }

    private mutating func lastLine(_ body: (Span<UInt8>) -> Void) -> Event {
        let range = consumed..<buffer.byteCount
        guard !range.isEmpty, !isSkipping else { return .end }
        consumed = buffer.byteCount
        number += 1
        guard range.count <= Self.longestLine else { return .tooLong(number) }
        lend(range, body)
        return .line(number)
    }

    private func lend(_ range: Range<Int>, _ body: (Span<UInt8>) -> Void) {
        buffer.withBytes { bytes in
            let line = bytes.extracting(range)
            let hasMark = number == 1 && line.count >= 3 && line[0] == 0xEF && line[1] == 0xBB && line[2] == 0xBF
            body(hasMark ? line.extracting(3...) : line)
        }
    }
}

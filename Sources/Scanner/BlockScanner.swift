internal import Fingerprints

/// Finds what is in one block of text, and in the text that is encoded in it.
final class BlockScanner {
    /// A text and its windows; level 0 is the log itself, each further one was decoded from the one before.
    final class Level {
        let memory: ScanMemory
        var text: WindowBatch
        var hexadecimal: WindowBatch

        init(_ rules: ScanRules, capacity: Int) throws(FingerprintError) {
            memory = ScanMemory(capacity: capacity)
            text = try WindowBatch(.text, rules.scanKey, rules.stored)
            hexadecimal = try WindowBatch(.hexadecimal, rules.scanKey, rules.stored)
        }
    }

    /// Encoded, nested once, split over a line end.
    private static let deepest = 3

    let rules: ScanRules
    private let levels: [Level]
    /// The first reason why something was not looked at, and where.
    private(set) var unread: [UnreadPart] = []
    private var failure: FingerprintError?
    /// A few characters of gzip can be a thousand times as long, and hold the next: what is decompressed of a block in
    /// all is bounded.
    private var gzipBudget = 0

    init(_ rules: ScanRules, capacity: Int) throws(FingerprintError) {
        self.rules = rules
        var levels: [Level] = []
        for _ in 0...Self.deepest { levels.append(try Level(rules, capacity: capacity)) }
        self.levels = levels
    }

    var memory: ScanMemory { levels[0].memory }

    /// What the block in ``memory`` holds. Ascending by place.
    func scan() throws(FingerprintError) -> [Hit] {
        unread = []
        gzipBudget = 4 * memory.capacity
        let hits = scan(depth: 0, isJoined: false)
        if let failure { throw failure }
        return MergedHits(hits).hits
    }

    /// In lines put together, `isJoined`, no line end is looked for, and no gzip text: they are where they stood, too.
    private func scan(depth: Int, isJoined: Bool) -> [Hit] {
        let level = levels[depth]
        var pass = LevelPass()
        level.memory.classify()
        level.memory.forEachBeginning {
            if !isJoined || level.memory.text.word(at: $0) != Literal.gzip { beginning($0, level, depth, &pass) }
        }
        level.memory.forEachMixedRun { mixed($0, level, depth, &pass) }
        level.memory.forEachDigitRun { digits($0, level, depth, &pass) }
        level.memory.forEachEscape { escaped($0, level, depth, &pass) }
        if !isJoined { level.memory.forEachJoint { joint($0, level, depth, &pass) } }
        flush(level, &pass)
        return pass.hits
    }

    private func flush(_ level: Level, _ pass: inout LevelPass) {
        do throws(FingerprintError) {
            try level.text.flush(&pass.matches)
            try level.hexadecimal.flush(&pass.matches)
        } catch {
            failure = error
        }
        for match in pass.matches {
            pass.add(
                Hit(
                    range: match.range, kind: .stored(match.key), encodings: [], confidence: .high,
                    material: level.memory.text.bytes(match.range)))
        }
    }

    private func beginning(_ start: Int, _ level: Level, _ depth: Int, _ pass: inout LevelPass) {
        let text = level.memory.text
        let word = text.word(at: start)
        switch word {
        case Literal.gzip: gzip(start, level, depth, &pass)
        case Literal.buffer:
            if text.holds("<Buffer ", at: start) {
                descend(HexText.nodeBuffer(text, digitsAt: start + 8), depth, &pass)
            }
        default:
            if let hit = KeyPatterns.match(text, at: start, literal: word) { pass.add(hit) }
        }
    }

    /// A run that may be a key, a part of one, or base64.
    private func mixed(_ run: Range<Int>, _ level: Level, _ depth: Int, _ pass: inout LevelPass) {
        let text = level.memory.text
        if rules.stored.count > 0 {
            do throws(FingerprintError) {
                try level.text.add(run, of: level.memory, &pass.matches)
            } catch {
                failure = error
            }
        }
        let word = Guards.behindEscape(text, run)
        if word.count == 32, pass.isNamed(in: level.memory, before: word.lowerBound),
            let hit = KeyPatterns.mistral(text, run: word)
        {
            pass.add(hit)
        }
        guard depth < Self.deepest, run.lowerBound >= pass.base64Done else { return }
        pass.base64Done = Base64Text.each(in: level.memory, run) { descend($0, depth, &pass) }
    }

    private func digits(_ run: Range<Int>, _ level: Level, _ depth: Int, _ pass: inout LevelPass) {
        if let hit = KeyPatterns.deepSeek(level.memory.text, digits: run) { pass.add(hit) }
        if rules.stored.count > 0 { add(lowerDigits: run, level, &pass) }
        guard depth < Self.deepest, run.lowerBound >= pass.hexDone else { return }
        pass.hexDone = HexText.each(in: level.memory, run) { descend($0, depth, &pass) }
    }

    private func add(lowerDigits run: Range<Int>, _ level: Level, _ pass: inout LevelPass) {
        var start = run.lowerBound
        while run.upperBound - start >= FragmentKind.hexadecimal.fragmentLength {
            let end = level.memory.endOfLowerDigits(start..<run.upperBound)
            do throws(FingerprintError) {
                try level.hexadecimal.add(start..<end, of: level.memory, &pass.matches)
            } catch {
                failure = error
            }
            start = end + 1
        }
    }

    private func escaped(_ position: Int, _ level: Level, _ depth: Int, _ pass: inout LevelPass) {
        guard position >= pass.escapedDone, depth < Self.deepest else { return }
        let range = EscapedText.range(level.memory.text, around: position)
        pass.escapedDone = range.upperBound
        if EscapedText.endsInBuffer(level.memory.text, range) {
            descend(HexText.nodeBuffer(level.memory.text, digitsAt: range.upperBound + 1), depth, &pass)
        }
        guard level.memory.hasEscape(range) || EscapedText.holdsGzip(level.memory.text, range) else { return }
        descend(EscapedText.decode(level.memory.text, range), depth, &pass)
    }

    private func joint(_ position: Int, _ level: Level, _ depth: Int, _ pass: inout LevelPass) {
        guard depth < Self.deepest else { return }
        let text = level.memory.text
        guard text[position] == 0 else {
            return SplitText.each(level.memory, at: position) { descend($0, depth, &pass) }
        }
        guard position >= pass.wideDone else { return }
        let (decoded, end) = WideText.decode(text, around: position, limit: level.memory.capacity)
        pass.wideDone = end
        descend(decoded, depth, &pass)
    }

    private func gzip(_ start: Int, _ level: Level, _ depth: Int, _ pass: inout LevelPass) {
        guard depth < Self.deepest, start >= pass.gzipDone else { return }
        let text = level.memory.text
        // Deflate, and no flag that is reserved; before the rest is decoded, or a run of beginnings would be over and over.
        let header = Base64Text.decodeBinary(text, from: start, limit: 4).bytes
        guard header.count == 4, header[2] == 8, header[3] & 0xE0 == 0 else { return }
        let (bytes, end) = Base64Text.decodeBinary(text, from: start, limit: level.memory.capacity)
        pass.gzipDone = end
        guard bytes.count >= 20 else { return }
        guard let inflate = rules.inflate else { return note(.gzipTextNotSupported, start) }
        let limit = min(level.memory.capacity, gzipBudget)
        guard limit > 0 else { return note(.gzipTextCut, start) }
        guard let inflated = inflate(bytes, limit) else { return }
        let output = inflated.bytes
        gzipBudget -= output.count
        if output.count >= limit || !inflated.isWhole && end >= text.count { note(.gzipTextCut, start) }
        // What stands behind it was only taken for more of it.
        pass.gzipDone = Base64Text.decodeBinary(text, from: start, limit: inflated.taken).end
        let length = pass.gzipDone - start
        let places = DecodedText.Places.scaled(start: start, numerator: length, denominator: output.count)
        descend(DecodedText(bytes: output, places: places, encoding: .gzip), depth, &pass)
    }

    private func note(_ reason: UnreadPart.Reason, _ position: Int) {
        if unread.count < 16 { unread.append(UnreadPart(offset: position, reason: reason)) }
    }

    private func descend(_ decoded: DecodedText?, _ depth: Int, _ pass: inout LevelPass) {
        guard let decoded, depth < Self.deepest else { return }
        levels[depth + 1].memory.set(decoded.bytes.span)
        let noted = unread.count
        let hits = scan(depth: depth + 1, isJoined: decoded.joint != nil)
        // Of each line by itself that is said where it is read.
        if decoded.joint != nil { unread.removeLast(unread.count - noted) }
        for part in noted..<unread.count {
            unread[part].offset = max(0, decoded.source(of: unread[part].offset..<unread[part].offset + 1).lowerBound)
        }
        for var hit in hits {
            if let joint = decoded.joint, !hit.reaches(over: joint) { continue }
            hit.range = decoded.source(of: hit.range)
            hit.encodings.insert(decoded.encoding, at: 0)
            pass.add(hit)
        }
    }
}

/// What one look through a text keeps.
private struct LevelPass {
    private(set) var hits: [Hit] = []
    var matches: [WindowMatch] = []
    // Up to where text of a kind was dealt with: what is long is marked more than once.
    var escapedDone = 0, wideDone = 0, gzipDone = 0, base64Done = 0, hexDone = 0

    // Where the provider of keys that look like any identifier was last named, and up to where that was looked for.
    private var lastName: Int?
    private var nameDone = 0

    mutating func add(_ hit: Hit) { hits.append(hit) }

    /// Whether a name stands near enough to say what is at `position`, which ascends: before most identifiers is none.
    mutating func isNamed(in memory: ScanMemory, before position: Int) -> Bool {
        let start = max(0, nameDone, position - MistralContext.reach)
        if start < position, let name = memory.lastName(in: start..<position) { lastName = name }
        nameDone = max(nameDone, position - MistralContext.nameLength + 1)
        return lastName.map { position - $0 <= MistralContext.reach } ?? false
    }
}

/// Something that was not looked at.
public struct UnreadPart: Sendable, Equatable {
    public enum Reason: String, Sendable {
        case gzipTextNotSupported = "gzip text, and this build has no zlib"
        case gzipTextCut = "gzip text that is too long to be decoded whole"
    }

    /// From the start of the block, then of the source.
    public var offset: Int
    public let reason: Reason
}

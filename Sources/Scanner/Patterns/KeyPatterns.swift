internal import Providers

/// The forms of the six providers' keys, whole or cut off, at a place where their public prefix stands.
///
/// What the module Providers calls a known shape is recognised there; here are the ends that a log adds: text
/// before and behind, and keys that lack their tail. What stands before a form that a marker or a tail proves does not
/// matter: it may be the length of a string, or a control character in a notation of its own.
enum KeyPatterns {
    /// A cut key is told from this many characters behind its public prefix.
    static let leastBody = 8

    /// What the four bytes at `start` begin.
    static func match(_ text: ScanText, at start: Int, literal: UInt32) -> Hit? {
        switch literal {
        // A legacy key may begin with any letter behind `sk-`.
        case Literal.ant: anthropic(text, start) ?? openAILegacy(text, start)
        case Literal.proj, Literal.svc: openAI(text, start) ?? openAILegacy(text, start)
        case Literal.aiza: google(text, start)
        case Literal.gsk: groq(text, start)
        case Literal.aqA: googleAuth(text, start)
        default: openAILegacy(text, start)
        }
    }

    private static func anthropic(_ text: ScanText, _ start: Int) -> Hit? {
        if text.holds("sk-admin-", at: start) { return openAI(text, start) }
        guard text.holds("sk-ant-", at: start) else { return nil }
        let kinds: [StaticString] = ["api", "admin", "oat", "ort", "sid"]
        guard let kind = kinds.first(where: { text.holds($0, at: start + 7) }) else { return nil }
        let digits = start + 7 + kind.utf8CodeUnitCount
        guard text[digits].isDigit, text[digits + 1].isDigit, text[digits + 2] == UInt8(ascii: "-") else { return nil }
        let body = Body(text, from: digits + 3) { $0.isWord }
        let isWhole = body.count >= 95 && text.holds("AA", at: body.start + 93)
        guard isWhole || Guards.allowsStart(text, at: start) else { return nil }
        return body.hit(
            .anthropic, from: start, whole: isWhole ? 95 : nil, form: "anthropic-\(kind)", isProved: isWhole)
    }

    private static func openAI(_ text: ScanText, _ start: Int) -> Hit? {
        let prefixes: [StaticString] = ["sk-proj-", "sk-svcacct-", "sk-service-", "sk-admin-"]
        guard let prefix = prefixes.first(where: { text.holds($0, at: start) }) else { return nil }
        let body = Body(text, from: start + prefix.utf8CodeUnitCount) { $0.isWord }
        let whole = [74, 58, 20].first { text.holds("T3BlbkFJ", at: body.start + $0) && body.count >= 2 * $0 + 8 }
        let form = prefix.description.split(separator: "-").last ?? ""
        guard whole != nil || body.hasCapital && Guards.allowsStart(text, at: start) else { return nil }
        return body.hit(
            .openai, from: start, whole: whole.map { 2 * $0 + 8 }, form: "openai-\(form)", isProved: whole != nil)
    }

    /// No word behind `sk-`, but the marker in the middle, with 20 letters or digits on either side.
    private static func openAILegacy(_ text: ScanText, _ start: Int) -> Hit? {
        guard text.holds("sk-", at: start), text.holds("T3BlbkFJ", at: start + 23) else { return nil }
        let body = Body(text, from: start + 3) { $0.isLetterOrDigit }
        guard body.count >= 48 else { return nil }
        return body.hit(.openai, from: start, whole: 48, form: "openai-legacy", isProved: true)
    }

    private static func google(_ text: ScanText, _ start: Int) -> Hit? {
        let body = Body(text, from: start + 4) { $0.isWord }
        let isUsual = text.holds("Sy", at: body.start)
        let isProved = isUsual && body.count == 35
        guard isProved ? Guards.allowsStart(text, at: start) : Guards.allowsIsolatedStart(text, at: start) else {
            return nil
        }
        guard isUsual || body.count >= 35 else { return nil }
        return body.hit(.google, from: start, whole: body.count >= 35 ? 35 : nil, form: "google-standard")
    }

    private static func googleAuth(_ text: ScanText, _ start: Int) -> Hit? {
        guard text.holds("AQ.Ab8R", at: start), Guards.allowsIsolatedStart(text, at: start) else { return nil }
        let isUsual = text.holds("N6", at: start + 7)
        let body = Body(text, from: start + (isUsual ? 9 : 7)) { $0.isWord }
        let length = isUsual ? 44 : 46
        guard isUsual || body.count >= length else { return nil }
        return body.hit(.google, from: start, whole: body.count >= length ? length : nil, form: "google-auth")
    }

    private static func groq(_ text: ScanText, _ start: Int) -> Hit? {
        let body = Body(text, from: start + 4) { $0.isLetterOrDigit }
        let isProved = body.count >= 52 && text.holds("WGdyb3FY", at: body.start + 20)
        guard isProved || Guards.allowsIsolatedStart(text, at: start) else { return nil }
        guard body.count >= 52 || body.hasCapital else { return nil }
        return body.hit(
            .groq, from: start, whole: body.count >= 52 ? 52 : nil, form: "groq", isProved: isProved)
    }

    /// `sk-` and exactly 32 small hexadecimal digits.
    static func deepSeek(_ text: ScanText, digits: Range<Int>) -> Hit? {
        let start = digits.lowerBound - 3
        guard digits.count == 32, text.word(at: start) & 0xFF_FFFF == Literal.sk else { return nil }
        let before = text[start - 1]
        guard !text[digits.upperBound].isWord,
            before != UInt8(ascii: "-"), before != UInt8(ascii: "_"), Guards.allowsStart(text, at: start)
        else { return nil }
        let body = Body(text, from: digits.lowerBound) { $0.isLowerHexDigit }
        return body.hit(.deepseek, from: start, whole: 32, form: "deepseek")
    }

    /// 32 letters and digits that a word before says are a Mistral key.
    static func mistral(_ text: ScanText, run: Range<Int>) -> Hit? {
        guard run.count == 32, MistralContext.precedes(text, run.lowerBound) else { return nil }
        let body = Body(text, from: run.lowerBound) { $0.isLetterOrDigit }
        guard body.count == 32 else { return nil }
        return body.hit(.mistral, from: run.lowerBound, whole: 32, form: "mistral")
    }
}

/// The beginnings that the kernel looks for, four bytes as they lie in memory.
enum Literal {
    /// Three bytes.
    static var sk: UInt32 { word("s", "k", "-", "\0") }
    static var ant: UInt32 { word("s", "k", "-", "a") }
    static var proj: UInt32 { word("s", "k", "-", "p") }
    static var svc: UInt32 { word("s", "k", "-", "s") }
    static var aiza: UInt32 { word("A", "I", "z", "a") }
    static var gsk: UInt32 { word("g", "s", "k", "_") }
    static var aqA: UInt32 { word("A", "Q", ".", "A") }
    static var gzip: UInt32 { word("H", "4", "s", "I") }
    static var buffer: UInt32 { word("<", "B", "u", "f") }

    /// Of a key.
    static func isBeginning(_ word: UInt32) -> Bool {
        word & 0xFF_FFFF == sk || word == aiza || word == gsk || word == aqA
    }

    /// Known to the compiler: a stored property would be asked a million times a GiB whether it is made yet.
    @inline(__always)
    private static func word(_ a: Unicode.Scalar, _ b: Unicode.Scalar, _ c: Unicode.Scalar, _ d: Unicode.Scalar)
        -> UInt32
    {
        a.value | b.value << 8 | c.value << 16 | d.value << 24
    }
}

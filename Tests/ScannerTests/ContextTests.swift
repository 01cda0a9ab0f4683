import Providers
import ScanCorpus
import Testing

@testable import Scanner

/// What logs put before and behind a key.
struct ContextTests {
    private static let contexts: [(String, String)] = [
        ("key=", " retry=3"), ("apikey=\"", "\" status=401"), ("  api_key: ", ""), ("value=\"", "\"/>"),
        ("<key>", "</key>"),
        ("value=&quot;", "&quot; name"), ("GET https://api.example.com/keys/", "/validate 404"), ("17,alice,", ",2026"),
        ("17\talice\t", "\tx"), ("Incorrect API key provided: ", ". You can find"), ("user:", "@api.example.com"),
        ("Cookie: a=b; key=", "; path=/"), ("bad key b'", "')"), ("[key=", "] [main]"), ("{key=", ", url=x}"),
        ("<", ">"),
        ("a|", "|b"), ("`", "` is invalid"), ("“", "” is invalid"), ("*", "*"), ("?api_key=", "&amp;user=1"),
        (#"{"e":"one\n"#, #"\nthree"}"#), (#"{"e":"x\r\n"#, #"\r\ny"}"#), (#"{\\\"k\\\":\\\""#, #"\\\"}"#),
        ("\u{1b}[38;5;208m", "\u{1b}[39m"), ("q=%7B%22key%22%3A%22", "%22%7D"), ("q=key%253D%2522", "%2522"),
        ("...", "..."),
        ("curl -u ", ": https://x"), (#"["key"]=> string(51) ""#, "\""), ("", ""), ("key:", "\r"),
        ("app[1]: head#012", "#012tail"), ("href=3D\"/?key=3D", "=22"), ("\u{1b}[0K", "\u{1b}[2J"), ("\u{1b}(B", ""),
        ("\u{1b}[1A", ""), (#"\u001b[1G"#, ""), (#""a\v"#, #"\0""#), (#""a\0"#, #"\v""#), (#""a\012"#, "\""),
    ]

    private func finds(_ key: MadeUpKey, _ before: String, _ after: String) throws -> Bool {
        let scanner = try StreamScanner(StoredCorpus([]).rules)
        let text = "first line\n" + before + key.text + after + "\nlast line\n"
        let start = 11 + before.utf8.count
        return try scanner.findings(in: Array(text.utf8)).contains { finding in
            guard case .pattern(key.provider, _) = finding.kind else { return false }
            return (start..<start + key.text.utf8.count).contains(finding.offset) && finding.linesBefore == 1
        }
    }

    @Test(arguments: Provider.allCases.filter { $0 != .mistral }, contexts.indices)
    func `a whole key is found in whatever it stands`(provider: Provider, context: Int) throws {
        let (before, after) = Self.contexts[context]
        var random = CorpusRandom(seed: UInt64(context) &* 31 &+ 5)
        for _ in 0..<4 {
            let key = MadeUpKey(provider, &random)
            #expect(try finds(key, before, after), "\(before) \(key.prefix)")
        }
    }

    /// A message's binary notation has the length there, which may be a letter.
    @Test(arguments: ["l", "8", "3", "Bearer"])
    func `what proves itself is found behind anything`(before: String) throws {
        var random = CorpusRandom(seed: 12)
        for provider in [Provider.anthropic, .openai, .groq] {
            var key = MadeUpKey(provider, &random)
            while provider == .groq, !key.body.contains("WGdyb3FY") { key = MadeUpKey(provider, &random) }
            #expect(try finds(key, before, " x"), "\(key.prefix)")
        }
    }

    /// `sk-a`, `sk-p` and `sk-s` begin newer keys too.
    @Test(arguments: ["a", "p", "s", "Z", "7"])
    func `a legacy key of OpenAI may begin with any letter`(letter: String) throws {
        var random = CorpusRandom(seed: 9)
        var key = MadeUpKey(.openai, &random)
        while key.prefix != "sk-" || !key.body.hasPrefix(letter) { key = MadeUpKey(.openai, &random) }
        #expect(try finds(key, "key ", " refused"))
    }
}

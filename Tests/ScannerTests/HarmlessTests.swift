import Providers
import ScanCorpus
import Testing

@testable import Scanner

/// What looks like a key, a part of one or the place of one, and is none; and what looks like less than it is.
struct HarmlessTests {
    private func forms(_ text: String) throws -> [String] {
        try StreamScanner(StoredCorpus([]).rules).findings(in: Array(text.utf8)).map { finding in
            if case .pattern(_, let form) = finding.kind { form } else { "stored" }
        }
    }

    @Test(arguments: [
        "key added, prefix=gsk_\n3f2b8c1d-9a4e-4d1c-8a2b-1f2e3d4c5b6a done\n",
        "key prefix: AIza\n9f86d081884c7d659a2feaa0c55ad015a3bf4f1b deployed\n",
        "pod/sk-service-6d5f7c9b8-x2v9k started\n",
        "GET /sk-admin-2024-report.pdf 200\n", "gsk_gl3renderer24 loaded\n",
        #"{"mistralRequestId":"aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY"}"#,
        "mistral_checksum=aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY\n",
        #"{"model":"mistral-large","key":"aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY"}"#,
        "task-9e107d9d372bb6826bd81d3542a419d6\n",
        "built gsk_annualreport2025\nHello World\n", "AIzaTech_Solutions\nAndMoreOfTheSameForEverybody42Here\n",
        "AQ.Ab8RN6LrhDghg\nAB4cDe6fGh8iJk0lMn2oPq4rSt6uVw8xYzAB4cDe6fGh8iJk0lMn2o\n",
        #"{"model":"mistral-small","csrf_token":"aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY"}"#,
        #"{"provider":"mistral","page_token":"aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY"}"#,
        #"{"provider":"mistral","dd_api_key":"aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY"}"#,
        "[2026-11-26 10:00:00] INFO mistral-small answered\ntoken: aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY\n",
        "POST https://api.mistral.ai/v1/chat 200\nAuthorization: Bearer aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY\n",
        "[1] calling mistral\nkey=aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY\n",
        "mistral_key_name=aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY\n", "[mistral]\nname = aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY\n",
        "[mistral]\nx = 1\n[other]\napi_key = aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY\n",
    ])
    func `what only looks like a key is none`(text: String) throws {
        #expect(try forms(text) == [])
    }

    /// No arguments: the tests' own log would show a key.
    @Test func `a Mistral key is one where the line says so`() throws {
        let key = "aB3dE5fG7hJ9kL1m" + "N3pQ5rS7tU9vW1xY"
        for text in [
            "MISTRAL_API_KEY=\(key)\n", "mistralApiKey: '\(key)'\n", "MISTRAL_API_KEY=\u{1b}[32m\(key)\u{1b}[0m\n",
            #"{"provider":"mistral","key":"\#(key)"}"#, #"{"model":"mistral-large","api_key":"\#(key)"}"#,
            "MISTRAL_API_KEY%3D\(key)%26x", "b=%7B%22mistral_api_key%22%3A%22\(key)%22%7D",
            #"{\u0022mistral_api_key\u0022:\u0022\#(key)\u0022}"#, #"{\x22mistral_api_key\x22:\x22\#(key)\x22}"#,
            "host=api.mistral.ai&authorization=Bearer%20\(key)", #"[{"name":"MISTRAL_API_KEY","value":"\#(key)"}]"#,
            #"os.environ["MISTRAL_API_KEY"] = "\#(key)""#, "<mistralApiKey>\(key)</mistralApiKey>",
            #"<add key="MISTRAL_API_KEY" value="\#(key)"/>"#, "> Host: api.mistral.ai\n> Authorization: Bearer \(key)",
            "\u{1b}[36mmistral_api_key\u{1b}[0m=\u{1b}[35m\(key)\u{1b}[0m", "[mistral]\napi_key = \"\(key)\"",
            "mistral:\n  region: eu\n  api_key: \(key)", #""HSET" "u:1" "mistral_api_key" "\#(key)""#,
            "Mistral API key: \(key)", "set -gx MISTRAL_API_KEY \(key)", #"let mistralApiKey: String = "\#(key)""#,
            "java -Dmistral.api-key=\(key) -jar", "MISTRAL_API_KEY=\(key.prefix(20))\n\(key.dropFirst(20))",
        ] {
            #expect(try forms(text) == ["mistral"])
        }
    }

    @Test func `cut keys on lines of their own are leaks of their own`() throws {
        var random = CorpusRandom(seed: 3)
        let lines = (0..<20).map { _ in MadeUpKey(.groq, &random).text.prefix(16) + "\n" }.joined()
        #expect(try forms(lines).count == 20)
    }

    /// One line of it took minutes, and ten times that for each further layer.
    @Test func `gzip inside of gzip is bounded, and what is left is told`() throws {
        let scanner = try StreamScanner(
            ScanRules(scanKey: StoredCorpus([]).rules.scanKey, stored: .none) { _, limit in
                // Whatever it is given, it is full of more of the same.
                let blob = Array("H4sIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ".utf8)
                let bytes = Array(repeatElement(blob, count: limit / blob.count + 1).joined().prefix(limit))
                return ScanRules.Inflated(bytes: bytes, taken: 24, isWhole: true)
            })
        _ = try scanner.findings(in: Array("x H4sIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA end\n".utf8))
        #expect(scanner.unread.contains { $0.reason == .gzipTextCut })
    }
}

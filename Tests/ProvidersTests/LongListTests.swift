import Foundation
import Providers
import Secrets
import Testing

/// What a check makes of answers that go on behind the 64 KiB that it reads.
@Suite struct LongListTests {
    private static let model = #"{"id":"m-1","object":"model","created":1,"permission":[{"allow":true}]},"#
    private static let many = String(repeating: model, count: 1200)
    private static let blanks = String(repeating: " ", count: 70_000)

    private static let lists: [(Provider, String)] = [
        (.openai, #"{"object":"list","data":[\#(many)"#),
        (.openai, #"{"data":[\#(many)"#),
        (.mistral, "{\n  \"object\" : \"list\" ,\n  \"data\" : [\n\(many)"),
        (.groq, #"{"object":"list","data":[\#(many)"#),
        (.anthropic, #"{"data":[\#(many)"#),
        (.google, #"{"models":[\#(many)"#),
        (.deepseek, #"{"object":"list","data":[\#(many)"#),
        (.openai, "\u{FEFF}\r\n\n{\"has_more\":true,\"data\":[\(many)"),
        (.openai, #"{"note":"a \"quoted\" {[ word","object":"list","data":[\#(many)"#),
        (.openai, #"{"first":[{"data":1}],"object":"list","rest":[\#(many)"#),
    ]

    @Test func `a working key is valid however long the list of its models is`() {
        for (provider, body) in Self.lists {
            #expect(judge(provider, 200, body).verdict == .valid, "\(provider) \(body.prefix(40))")
        }
    }

    private static let notLists = [
        #"{"text":"{\"object\":\"list\",\"data\":[","rest":[\#(many)"#, #"{"inner":{"object":"list","data":[\#(many)"#,
        #"{"inner":[{"data":[1]},\#(many)"#, #"{"\u006fbject":"list","rest":[\#(many)"#,
        #"{"object":"\u006cist","rest":[\#(many)"#, #"{"object":"list\"","rest":[\#(many)"#,
        #"{"object":"listing","rest":[\#(many)"#, #"{"data":{"object":"list","rest":[\#(many)"#,
        #"{"data":"[","rest":[\#(many)"#, #"["object","list","data",[\#(many)"#, #""object":"list",[\#(many)"#,
        #"{"object":"list"}<html>\#(many)"#, #"{"object":"list"]\#(many)"#, #"{"data":[}\#(many)"#,
        #"{"data":[1],,"x":[\#(many)"#, #"{"object" "list","data" [\#(many)"#, #"{object:"list",data:[\#(many)"#,
        #"{"data":[\#(String(repeating: "[", count: 70_000))"#,
        #"{"text":"\#(many.replacing("\"", with: "'"))","data":["#,
        blanks + #"{"object":"list","data":["#, String(repeating: "\"", count: 70_000),
        String(repeating: "\\", count: 70_000), String(repeating: "{", count: 70_000), "<html>\(many)", "{\(blanks)",
    ]

    @Test(arguments: Provider.allCases)
    func `a mark in a string, deeper down or escaped makes no list`(provider: Provider) {
        for body in Self.notLists {
            #expect(body.utf8.count > 65_536)
            let verdict = judge(provider, 200, body).verdict
            #expect(verdict == .transient || verdict == .unknown, "\(provider) \(body.prefix(60))")
        }
    }

    @Test func `a page that calls itself HTML is no list`() {
        let judgement = judge(.openai, 200, Self.lists[0].1, type: "text/html")
        #expect(judgement.verdict == .unknown)
    }

    @Test(arguments: Provider.allCases)
    func `a refusal that was not read to its end refuses nothing`(provider: Provider) {
        let key = String(decoding: provider.decoyKey(seed: 2), as: UTF8.self)
        for example in provider.rules.filter({ $0.verdict == .refused }).flatMap(\.examples) {
            let body = String(decoding: example.body(forKey: Array(key.utf8), requestID: "r"), as: UTF8.self)
            #expect(judge(provider, example.status, body + Self.blanks).verdict == .transient)
            #expect(judge(provider, 200, body + Self.blanks).verdict == .transient)
        }
        for status in [400, 401, 403, 429, 500] {
            #expect(judge(provider, status, Self.lists[0].1).verdict == .transient)
        }
    }

    @Test func `a list is seen wherever behind its mark it was cut, and never before`() {
        let key = SecretBytes(copying: Provider.openai.decoyKey(seed: 2).span)
        let body = Array(#"{"a":[{"b":"]"}],"data":[{"id":"x\"y"},{"n":1e9}],"object":"list","z":null,"#.utf8)
        let mark = Array(#"{"a":[{"b":"]"}],"data":["#.utf8).count
        for count in 0...body.count {
            let answer = Answer(status: 200, headers: [], body: Array(body.prefix(count)), isTruncated: true)
            #expect(Provider.openai.judge(answer, key: key).verdict == (count < mark ? .transient : .valid), "\(count)")
        }
    }

    @Test func `noise behind a mark neither traps nor refuses`() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array(#"{}[]",:\data object list1 "#.utf8)
        let key = SecretBytes(copying: Provider.openai.decoyKey(seed: 2).span)
        for _ in 0..<2000 {
            let noise = (0..<Int.random(in: 0...80, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            let answer = Answer(status: 200, headers: [], body: Array("{".utf8) + noise, isTruncated: true)
            #expect(Provider.openai.judge(answer, key: key).verdict != .refused)
        }
    }

    private func judge(
        _ provider: Provider, _ status: Int, _ body: String, type: String = "application/json"
    ) -> Judgement {
        let answer = Answer(status: status, headers: [("content-type", type)], body: Array(body.utf8))
        return provider.judge(answer, key: SecretBytes(copying: provider.decoyKey(seed: 2).span))
    }
}

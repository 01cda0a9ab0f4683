/// What fills a log of a service like ours: JSON lines, an access log, statements, stack traces.
public enum OrdinaryLine {
    private static let words = """
        analysis finished for the user provider answered status retry queue worker started request completed model \
        tokens cache miss hit timeout connection pool statement slow pages audit website credits charged plan own key
        """.split(separator: " ").map(String.init)
    private static let frames = [
        "AnalysisRunner.execute (/app/dist/services/analysis-runner.js:214:17)",
        "processTicksAndRejections (node:internal/process/task_queues:95:5)",
        "com.example.orchestrator.ProviderClient.send(ProviderClient.java:120)", "runMicrotasks (<anonymous>)",
    ]

    public static func next(_ random: inout CorpusRandom) -> String {
        let time =
            "2026-11-\(10 + random.below(20))T\(10 + random.below(14)):\(10 + random.below(50)):02.\(100 + random.below(900))Z"
        switch random.below(10) {
        case 0, 1, 2:
            return
                #"{"level":30,"time":17641\#(100_000_000 + random.below(9_000_000)),"hostname":"worker-\#(random.below(9))","#
                + #""reqId":"\#(random.uuid())","trace_id":"\#(random.hex(32))","span_id":"\#(random.hex(16))","#
                + #""user_id":"\#(random.uuid())","provider":"mistral","msg":"\#(sentence(&random))"}"#
        case 3, 4:
            return #"{"ts":"\#(time)","severity":"INFO","component":"orchestrator","message":"\#(sentence(&random))","#
                + #""attributes":{"http_request_duration_seconds":0.\#(random.below(999)),"analysis_kind":"audit_web"}}"#
        case 5, 6:
            return
                #"10.0.\#(random.below(255)).\#(random.below(255)) - - [25/Nov/2026:10:15:02 +0000] "GET /api/v1/analyses/"#
                + #"\#(random.uuid())/results?page=\#(random.below(9)) HTTP/1.1" 200 \#(random.below(99_999)) "#
                + #""https://app.example.com/dashboard" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0.0.0""#
        case 7:
            return
                "\(time) [\(random.below(9_999))] byok_app@app LOG:  duration: \(random.below(90)).\(random.below(999)) ms  "
                + "execute <unnamed>: SELECT id, user_id, provider FROM byok.usable_keys WHERE user_id = $1"
        case 8:
            return "Error: upstream answered 503\n"
                + (0..<4).map { _ in "    at " + random.pick(frames) }.joined(separator: "\n")
        default: return "\(time) \(sentence(&random)); \(sentence(&random))."
        }
    }

    private static func sentence(_ random: inout CorpusRandom) -> String {
        (0..<8 + random.below(12)).map { _ in random.pick(words) }.joined(separator: " ")
    }
}

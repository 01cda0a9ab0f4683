import Foundation

/// What looks like a key and is none.
public enum HarmlessKind: String, CaseIterable, Sendable {
    case uuid, traceID, sha1, sha256, jwt, image, taskID, mistralTrace, xFilled, documentation, masked, prefixOnly
    case className, snakeCase, kebabCase, base64JSON, signedURL, percentURL, foreignKey, bundleName, hexDump, wordKey
    case etag, capitalHex, decimal, gzipHarmless

    public func line(_ random: inout CorpusRandom) -> String {
        switch self {
        case .uuid: "request \(random.uuid()) done"
        case .traceID: #"{"trace_id":"\#(random.hex(32))","span_id":"\#(random.hex(16))"}"#
        case .sha1: "commit \(random.hex(40)) deployed"
        case .sha256: "sha256:\(random.hex(64)) pulled"
        case .jwt:
            "token " + Self.base64URL(#"{"alg":"HS256","typ":"JWT"}"#) + "."
                + Self.base64URL(#"{"sub":"\#(random.uuid())","iat":1764108000,"name":"Ada Lovelace"}"#) + "."
                + random.base64URL(43)
        case .image:
            "data:image/png;base64,"
                + random.text(
                    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 400 + random.below(2_000))
                + "=="
        case .taskID: "\(random.pick(["task", "disk", "risk", "desk", "mask"]))-\(random.hex(32)) queued"
        case .mistralTrace: #"{"mistral_request_id":"\#(random.hex(32))","mistral_trace":"\#(random.base62(32))"}"#
        case .xFilled:
            "set KEY="
                + random.pick([
                    "sk-ant-api03-" + String(repeating: "x", count: 93) + "AA",
                    "AIzaSy" + String(repeating: "X", count: 33),
                    "gsk_" + String(repeating: "x", count: 52), "sk-" + String(repeating: "0", count: 32),
                    "sk-proj-" + String(repeating: "x", count: 74),
                ])
        case .documentation:
            "example: "
                + random.pick([
                    "sk-ant-api03-your-key-goes-here", "sk-proj-your-openai-key", "AIzaSyYOUR_API_KEY_HERE",
                    "gsk_your_groq_key_here", "AIza" + "SyDaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe", "sk-proj-abc123def456",
                    "sk-0123456789abcdef0123456789abcdef",
                ])
        default: more(&random)
        }
    }

    private func more(_ random: inout CorpusRandom) -> String {
        switch self {
        case .masked:
            "key " + random.pick(["sk-ant-a****", "sk-a…", "AIza********", "gsk_**********", "sk-ant-api03-***"])
        case .prefixOnly: "prefix " + random.pick(["sk-a", "AIza", "gsk_", "sk-p"]) + " refused"
        case .className:
            "at com.example.analysis.\(random.pick(["Provider", "Credential", "Session"]))"
                + "RegistryAutoConfigurationFactoryBean.create(ProviderRegistryAutoConfigurationFactoryBean.java:12)"
        case .snakeCase: "metric http_server_request_duration_seconds_bucket_total \(random.below(9_999))"
        case .kebabCase: "pod audit-worker-deployment-\(random.hex(10))-\(random.base62(5).lowercased()) ready"
        case .base64JSON:
            "cursor "
                + Data(#"{"after":"\#(random.uuid())","limit":\#(random.below(100))}"#.utf8)
                .base64EncodedString()
        case .signedURL: "GET https://files.example.com/a.pdf?X-Signature=\(random.hex(64))&X-Expires=900"
        case .percentURL: "GET /login?next=https%3A%2F%2Fapp.example.com%2Fprojects%2F\(random.uuid())%3Ftab%3Dkeys"
        case .foreignKey:
            "key "
                + random.pick([
                    "sk_live_" + random.base62(24), "ghp_" + random.base62(36), "csk-" + random.hex(32),
                    "sk-or-v1-" + random.hex(64), "sk-lf-" + random.uuid(),
                ])
        case .bundleName: "GET /assets/index-\(random.base64URL(8)).js"
        case .hexDump: (0..<16).map { _ in random.hex(2) }.joined(separator: " ")
        case .wordKey:
            "job " + random.pick(["sk-project-list", "desk-proj-sync", "task-ant-colony", "sk-proj-backend-api"])
        case .etag: #"ETag: W/"\#(random.base64URL(27))""#
        case .capitalHex: "id \(random.hex(32).uppercased())"
        case .decimal: "number \(random.text("0123456789", 40))"
        case .gzipHarmless: "body \(LeakKind.gzipBase64(#"{"ok":true,"id":"\#(random.uuid())"}"#))"
        default: "nothing"
        }
    }

    private static func base64URL(_ text: String) -> String {
        Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing(
            "=", with: "")
    }
}

import Batch
import FoundationEssentials
import LogSources
import Scanner
import System

/// SARIF 2.1.0, for code hosts and editors.
enum SARIF {
    static func write(_ summary: ScanSummary) -> [UInt8] {
        let rules = Set(summary.leaks.map(rule)).sorted()
        return JSONText.bytes(
            of:
                .object([
                    ("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")),
                    ("version", .string("2.1.0")),
                    (
                        "runs",
                        .array([
                            .object([
                                ("tool", .object([("driver", driver(rules))])),
                                (
                                    "automationDetails",
                                    .object([("guid", .string(summary.runID.uuidString.lowercased()))])
                                ),
                                ("invocations", .array([invocation(summary)])),
                                ("results", .array(summary.leaks.map { result($0, rules) })),
                            ])
                        ])
                    ),
                ])) + [UInt8(ascii: "\n")]
    }

    private static func rule(_ leak: Leak) -> String {
        leak.kind == .storedKey ? "stored-key" : "key-form/\(leak.form ?? "unknown")"
    }

    private static func driver(_ rules: [String]) -> JSONText.Value {
        .object([
            ("name", .string("audit-scan")), ("semanticVersion", .string(SuiteVersion.text.description)),
            (
                "rules",
                .array(
                    rules.map { rule in
                        .object([
                            ("id", .string(rule)),
                            (
                                "shortDescription",
                                .object([
                                    (
                                        "text",
                                        .string(
                                            rule == "stored-key"
                                                ? "A part of a key that is stored with us"
                                                : "The form of a provider's key")
                                    )
                                ])
                            ),
                        ])
                    })
            ),
        ])
    }

    private static func invocation(_ summary: ScanSummary) -> JSONText.Value {
        let skipped =
            summary.coverage.flatMap { source in source.faults.map { (source.source, $0) } }
            + summary.missing.map { ($0.source, "the database did not give it") }
        return .object([
            ("executionSuccessful", .bool(summary.isEverythingRead)),
            ("startTimeUtc", .string(summary.startedAt.description)),
            ("endTimeUtc", .string(summary.finishedAt.description)),
            (
                "toolExecutionNotifications",
                .array(
                    skipped.map { source, problem in
                        .object([
                            ("level", .string("error")),
                            ("message", .object([("text", .string("\(Terminal.escape(source)) \(problem)"))])),
                        ])
                    })
            ),
        ])
    }

    private static func result(_ leak: Leak, _ rules: [String]) -> JSONText.Value {
        let text =
            leak.kind == .storedKey
            ? "A part of a stored key, \(leak.encoding)" : "What looks like a key: \(leak.form ?? ""), \(leak.encoding)"
        var properties: [(String, JSONText.Value)] = [
            ("confidence", .string(leak.confidence.rawValue)), ("encoding", .string(leak.encoding)),
            ("excerpt", .string(leak.excerpt)),
        ]
        if let owner = leak.owner { properties.append(("key_id", .string(owner.keyID.uuidString.lowercased()))) }
        return .object([
            ("ruleId", .string(rule(leak))), ("ruleIndex", .integer(Int64(rules.firstIndex(of: rule(leak)) ?? 0))),
            ("level", .string(leak.confidence == .high ? "error" : "warning")),
            ("message", .object([("text", .string(text))])),
            ("partialFingerprints", .object([("byok/v1", .string(leak.fingerprint))])),
            ("locations", .array([location(leak)])), ("properties", .object(properties)),
        ])
    }

    private static func location(_ leak: Leak) -> JSONText.Value {
        .object([
            (
                "physicalLocation",
                .object([
                    ("artifactLocation", .object([("uri", .string(uri(leak.source)))])),
                    (
                        "region",
                        .object([
                            ("startLine", .integer(Int64(leak.line))), ("startColumn", .integer(Int64(leak.column))),
                            ("endLine", .integer(Int64(leak.lineEnd))),
                        ])
                    ),
                ])
            )
        ])
    }

    private static let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// What a URI may not hold is percent-encoded.
    private static func uri(_ source: String) -> String {
        var result: [UInt8] = []
        for byte in source.utf8 {
            if plain.contains(byte) {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

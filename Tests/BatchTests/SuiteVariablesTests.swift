import Foundation
import TestSupport
import Testing

/// A setting that nobody reads must not be taken for one that holds.
@Suite struct SuiteVariablesTests {
    private func run(_ environment: [String: String], _ arguments: [String] = []) throws -> Finished {
        try Subprocess.run(
            Repository.products.appending(path: "batch-fixture").path, arguments, environment: environment)
    }

    @Test(arguments: [
        ("BYOK_CANARY_OPENIA", "BYOK_CANARY_OPENAI"), ("BYOK_CANARY_ANTROPIC_FILE", "BYOK_CANARY_ANTHROPIC_FILE"),
        ("BYOK_MASTERKEYS", "BYOK_MASTER_KEYS"), ("BYOK_CONFIRM_AFTER_SLOWLY", "BYOK_CONFIRM_AFTER_SLOW"),
        ("BYOK_REPORT_DRI", "BYOK_REPORT_DIR"),
    ])
    func `a misspelt setting is refused by its name, never by its value`(name: String, meant: String) throws {
        let finished = try run([name: "hunter2-hunter2"], ["--json"])

        #expect(finished.status == 78)
        #expect(finished.stderr.contains("\(name) is not a setting of this suite"), "\(finished.stderr)")
        #expect(finished.stderr.contains("correct it to \(meant)"))
        let object = try JSONSerialization.jsonObject(with: Data(finished.stdout.utf8)) as? [String: Any]
        #expect(object?["exit"] as? Int == 78)
        #expect(!(finished.stdout + finished.stderr).contains("hunter2"))
    }

    @Test func `only what holds a secret has a twin for a file`() throws {
        #expect(try run(["BYOK_DRY_RUN_FILE": "/x"]).status == 78)
    }

    @Test func `what resembles nothing gets no advice, and an empty one is refused too`() throws {
        let finished = try run(["BYOK_COFFEE": ""])
        #expect(finished.status == 78)
        #expect(finished.stderr.contains("BYOK_COFFEE is not a setting of this suite"))
        #expect(!finished.stderr.contains("correct it to"))
    }

    @Test func `a secret that slipped into the name is not shown`() throws {
        let finished = try run(["BYOK_SCAN_KEY+c2VjcmV0Zm9yc29tZWJvZHk": "x"])
        #expect(finished.status == 78)
        #expect(finished.stderr.contains("BYOK_SCAN_KEY…"))
        #expect(!finished.stderr.contains("c2VjcmV0"))
    }

    @Test func `settings of the other jobs, links to services and other names pass`() throws {
        let finished = try run([
            "BYOK_CANARY_OPENAI": "x", "BYOK_SIGNING_KEY_FILE": "/x", "BYOK_CONFIRM_AFTER": "24h",
            "BYOK_GROQ_URL": "http://127.0.0.1:1", "PGHOSTS": "x", "BYO_X": "x", "BYOK_WEB_SERVICE_HOST": "10.0.0.1",
            "BYOK_WEB_SERVICE_PORT_HTTPS": "443", "BYOK_WEB_PORT": "tcp://10.0.0.1:443",
            "BYOK_WEB_PORT_443_TCP_ADDR": "10.0.0.1",
        ])
        #expect(finished.status == 0, "\(finished.stderr)")
    }

    @Test func `help and version are there for whoever has it wrong`() throws {
        #expect(try run(["BYOK_COFFEE": "x"], ["--help"]).status == 0)
        #expect(try run(["BYOK_COFFEE": "x"], ["--version"]).status == 0)
    }
}

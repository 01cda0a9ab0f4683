import Batch
import Secrets
import System
import Testing

@testable import byok

/// What no test can bring about on a machine: another clock, other extensions, a kernel that refuses.
@Suite struct DoctorJudgementTests {
    private static let noon = Timestamp(microseconds: 1_800_000_000_000_000)

    @Test(arguments: [(-6, "fail"), (-5, "pass"), (0, "pass"), (6, "pass"), (7, "fail")])
    func `clocks may differ by five seconds beyond the time that asking took`(seconds: Int, state: String) {
        let check = DoctorDatabase.clock(
            database: Self.noon + .seconds(seconds), host: Self.noon...(Self.noon + .seconds(1)))

        #expect(check.state.rawValue == state)
    }

    @Test(arguments: [
        (["log_statement": "all", "log_parameter_max_length": "-1"], "fail"),
        (["log_statement": "all", "log_parameter_max_length": "0"], "pass"),
        (["log_statement": "none", "log_parameter_max_length": "-1", "log_min_duration_statement": "-1"], "pass"),
        (["log_statement": "ddl", "log_parameter_max_length": "64", "log_min_duration_statement": "0"], "fail"),
        (["log_parameter_max_length_on_error": "10"], "fail"),
        (["auto_explain.log_min_duration": "10000", "auto_explain.log_parameter_max_length": "-1"], "fail"),
        (["auto_explain.log_min_duration": "-1", "auto_explain.log_parameter_max_length": "-1"], "pass"),
        (["auto_explain.log_min_duration": "0"], "pass"),
        (["pgaudit.log": "write", "pgaudit.log_parameter": "on"], "fail"),
        (["pgaudit.log": "none", "pgaudit.log_parameter": "on"], "pass"),
        ([:], "pass"),
    ])
    func `a server that writes parameters is told`(settings: [String: String], state: String) {
        #expect(DoctorLogging(settings: settings).check.state.rawValue == state)
    }

    @Test func `a kernel that refuses to keep dumps out is told`() {
        #expect(DoctorHost.coreFiles([]).state == .pass)
        #expect(DoctorHost.coreFiles([.coreFiles]).outcome == .notPermitted)
        #expect(DoctorHost.secureHeap(.none).state == .fail)
    }
}

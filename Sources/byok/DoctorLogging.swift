import Batch
import Postgres

/// Whether the server's log would hold what is sent as a parameter.
struct DoctorLogging {
    let settings: [String: String]

    var check: DoctorCheck {
        var culprits: [StaticString] = []
        if logsStatements, isNotZero("log_parameter_max_length") { culprits.append("log_parameter_max_length") }
        if isNotZero("log_parameter_max_length_on_error") { culprits.append("log_parameter_max_length_on_error") }
        if isAtLeastZero("auto_explain.log_min_duration"), isNotZero("auto_explain.log_parameter_max_length") {
            culprits.append("auto_explain.log_parameter_max_length")
        }
        if settings["pgaudit.log_parameter"] == "on", settings["pgaudit.log"] != "none" {
            culprits.append("pgaudit.log_parameter")
        }
        guard let culprit = culprits.first else {
            return .pass(
                "server-log",
                logsStatements
                    ? "statements are logged for this role, their parameters are not"
                    : "no statement's parameters are logged for this role")
        }
        return .fail(
            "server-log", .findings, "\(culprit) lets the server write parameters (\(culprits.count) such settings)",
            why: "ciphertext and users' labels are parameters, and logs are copied and kept",
            mend: "run jobs/sql/roles.sql, or ALTER ROLE ... SET \(culprit) to 0 or off as an administrator")
    }

    private var logsStatements: Bool {
        settings["log_statement"] == "all" || settings["log_statement"] == "mod"
            || isAtLeastZero("log_min_duration_statement")
            || (isAtLeastZero("log_min_duration_sample") && isNotZero("log_statement_sample_rate"))
            || isNotZero("log_transaction_sample_rate")
    }

    private func isNotZero(_ name: String) -> Bool { settings[name].map { Double($0) != 0 } ?? false }
    private func isAtLeastZero(_ name: String) -> Bool { (settings[name].flatMap { Double($0) } ?? -1) >= 0 }
}

extension DoctorDatabase {
    func logging() async -> DoctorCheck {
        do throws(PostgresError) {
            let rows = try await connection.query(
                Statement("doctor_log_settings", sql: PackageResources.doctor_log_settings_sql, idempotent: true))
            var settings: [String: String] = [:]
            for row in rows { settings[try row.text("name")] = try row.text("setting") }
            return DoctorLogging(settings: settings).check
        } catch { return Self.undecided("server-log", error) }
    }
}

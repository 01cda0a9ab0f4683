import Foundation
import TestSupport
import Testing

/// `byok doctor` as a real process: each check shown failing here; that it can pass, the first test shows.
@Suite struct DoctorTests {
    let desk = try! DoctorDesk()

    @Test(arguments: [
        ("byok", "byok_operator"), ("revalidate", "byok_revalidate"), ("rotate-master", "byok_rotate"),
        ("savings-report", "byok_savings"), ("audit-scan", "byok_scan"), ("mail", "byok_mail"),
    ])
    func `where everything is right every check of a job passes`(job: String, role: String) throws {
        let diagnosis = try Diagnosis(desk, for: job, role: role)

        #expect(diagnosis.complaints == [], "\(diagnosis.text)")
        #expect(diagnosis.status == 0)
        #expect(diagnosis.checks.count >= 14)
    }

    @Test func `the form of the JSON answer stays`() throws {
        let finished = try desk.byok(["doctor", "--json"])
        let object = try desk.object(finished)

        #expect(
            Set(object.keys) == ["job", "run_id", "outcome", "exit", "counts", "report", "for", "states", "checks"])
        let checks = try #require(object["checks"] as? [[String: Any]])
        for check in checks { #expect(Set(check.keys) == ["name", "state", "exit", "what", "why", "mend"]) }
        #expect(
            checks.compactMap { $0["name"] as? String } == [
                "core-files", "secure-heap", "backtrace", "settings", "provider-urls", "master-keys", "scan-key",
                "database", "server-version", "tls", "role", "pooler", "clock", "server-log", "migrations",
                "installation", "roles", "rights", "row-security", "key-check", "seals", "guards", "heap-updates",
                "fingerprints", "outbox",
            ])
        #expect(object["states"] as? [String: Int] == ["pass": checks.count, "fail": 0, "not_decided": 0])
    }

    @Test func `a check is one line, and quiet leaves only what does not pass`() throws {
        let all = try desk.byok(["doctor"], with: ["SWIFT_BACKTRACE": ""])
        let quiet = try desk.byok(["doctor", "--quiet"], with: ["SWIFT_BACKTRACE": ""])

        #expect(all.stdout.split(separator: "\n").count == 26)
        #expect(quiet.stdout.split(separator: "\n").count == 2)
        #expect(quiet.stdout.hasPrefix("FAIL         backtrace"))
        #expect(quiet.stdout.contains("; why: ") && quiet.stdout.contains("; mend: "))
        #expect(quiet.status == 78)
    }

    @Test(arguments: [
        ("backtrace", "byok", ["SWIFT_BACKTRACE": ""], 78),
        ("settings", "byok", ["BYOK_QUIET": "perhaps"], 78),
        ("settings", "revalidate", ["BYOK_CONFIRM_AFTER": "soon"], 78),
        ("provider-urls", "byok", ["BYOK_GROQ_URL": "http://groq.example.org"], 78),
        ("installation", "byok", ["BYOK_GROQ_URL": "http://127.0.0.1:9"], 78),
        ("master-keys", "byok", ["BYOK_MASTER_KEYS_FILE": ""], 78),
        ("master-keys", "byok", ["BYOK_MASTER_KEYS": "1:AAAA"], 78),
        ("master-keys", "byok", ["BYOK_MASTER_KEYS_FILE": "/dev/zero"], 78),
        ("scan-key", "byok", ["BYOK_SCAN_KEY_FILE": "", "BYOK_SCAN_KEY": "AAAA"], 78),
        ("scan-key", "audit-scan", ["BYOK_SCAN_KEY_FILE": ""], 78),
        ("signing-key", "revalidate", ["BYOK_SIGNING_KEY": "no key at all"], 78),
        ("canaries", "revalidate", ["BYOK_CANARY_GROQ_FILE": "/nonexistent"], 78),
        ("database", "byok", ["PGHOST": "db.example.org", "PGSSLMODE": "require"], 77),
        ("database", "byok", ["PGHOST": "/nonexistent", "BYOK_RECONNECT_BUDGET": "0s"], 69),
        ("database", "byok", ["BYOK_RECONNECT_BUDGET": "long"], 78),
        ("database", "byok", ["DATABASE_URL": "postgresql://[broken"], 78),
    ])
    func `a setting that is wrong fails its check`(
        check: String, job: String, changes: [String: String], exit: Int
    ) throws {
        let role = ["byok": "byok_operator", "revalidate": "byok_revalidate", "audit-scan": "byok_scan"][job]!
        let diagnosis = try Diagnosis(desk, for: job, role: role, with: changes)

        #expect(diagnosis.state(check) == "fail", "\(diagnosis.text)")
        #expect(diagnosis.exit(check) == exit)
        #expect(diagnosis.status != 0)
        for value in ["groq.example", "no key at all", "AAAA", "broken"] { #expect(!diagnosis.text.contains(value)) }
    }

    @Test func `what cannot be looked at is not decided, and the status is the first of the suite's order`() throws {
        let unreachable = ["PGHOST": "/nonexistent", "BYOK_RECONNECT_BUDGET": "0s"]
        let alone = try Diagnosis(desk, with: unreachable)
        let worse = try Diagnosis(desk, with: unreachable.merging(["SWIFT_BACKTRACE": ""]) { $1 })

        #expect(alone.state("row-security") == "not_decided")
        #expect(alone.checks.count == 24)
        #expect(alone.status == 69)
        #expect(worse.status == 78)
        let undecided = try Diagnosis(desk, with: ["BYOK_SCAN_KEY_FILE": ""])
        #expect(undecided.complaints == ["scan-key", "fingerprints"])
        #expect(undecided.status == 1)
    }

    @Test func `files of secrets must be private, and a key's length is told without its bytes`() throws {
        try desk.write("1:" + DoctorDesk.key(1), to: "open", mode: 0o644)
        try desk.write("1:" + DoctorDesk.key(1, count: 31), to: "short")
        let open = try Diagnosis(desk, with: ["BYOK_MASTER_KEYS_FILE": desk.path("open")])
        let short = try Diagnosis(desk, with: ["BYOK_MASTER_KEYS_FILE": desk.path("short")])

        #expect(open.exit("master-keys") == 77)
        #expect(open.status == 77)
        #expect(short.exit("master-keys") == 78)
        #expect(short.text.contains("31 bytes"))
        #expect(!short.text.contains(DoctorDesk.key(1, count: 31).prefix(8)))
    }

    @Test func `the folder of reports must be ours alone to write in`() throws {
        let files = FileManager.default
        try files.createDirectory(at: desk.folder.appending(path: "open"), withIntermediateDirectories: true)
        try files.setAttributes([.posixPermissions: 0o777], ofItemAtPath: desk.path("open"))
        try files.createSymbolicLink(atPath: desk.path("link"), withDestinationPath: desk.path("open"))
        try desk.write("", to: "file")

        for (name, exit) in [("open", 77), ("link", 78), ("file", 78), ("file/below", 77)] {
            let diagnosis = try Diagnosis(
                desk, for: "revalidate", role: "byok_revalidate", with: ["BYOK_REPORT_DIR": desk.path(name)])
            #expect(diagnosis.exit("report-folder") == exit, "\(name)")
        }
        #expect(!files.fileExists(atPath: desk.path("reports")))
    }

    @Test func `memory that cannot be locked is told`() throws {
        let prlimit = try Subprocess.run(
            "/usr/bin/prlimit",
            [
                "--memlock=0:0", "/usr/bin/setpriv", "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock",
                DoctorDesk.executable, "doctor", "--json",
            ],
            environment: desk.environment(role: "byok_operator"))

        #expect(prlimit.stdout.contains(#"{"name":"secure-heap","state":"fail","exit":1"#), "\(prlimit.stderr)")
    }

    @Test func `a loopback provider is right on a test installation`() throws {
        let diagnosis = try Diagnosis(DoctorDesk(test: true), with: ["BYOK_GROQ_URL": "http://127.0.0.1:9"])

        #expect(diagnosis.complaints == [])
    }
}

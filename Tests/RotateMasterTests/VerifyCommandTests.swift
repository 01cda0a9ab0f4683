import Foundation
import TestSupport
import Testing

struct VerifyCommandTests {
    private func recorded(_ stage: RotationStage) throws -> String {
        try stage.database.psql("select verified_rows, verified_quarantined from byok.rotations")
    }

    @Test func `every key is opened, counted, recorded and told`() throws {
        let stage = try RotationStage(300)
        try stage.makeCurrent(2)
        try stage.sweep(300)

        let verified = try stage.verify(keys: [2])

        #expect(verified.status == 0, "\(verified.stderr)")
        #expect(try RotationStage.counts(verified)["opened"] == 300)
        #expect(try recorded(stage) == "300|0")
        #expect(
            try stage.database.psql(
                "select detail -> 'opened' from byok.audit_log where action = 'keys.opened'") == #"{"rotate": 300}"#)
        #expect(
            try stage.database.psql(
                "select exit_status, report_digest is not null from byok.job_runs where job = 'rotate-master'") == "0|t"
        )
        #expect(try stage.database.psql("select count(*) from byok.job_leases") == "0")
        let checks = RotationStage.checks(try stage.report(verified))
        #expect(checks["Every key opens under the new version"] == "pass")
        #expect(checks["The database proves it, and refuses older seals"] == "pass")
        #expect(checks["Every older key is retired"] == "not_decided")
    }

    @Test func `before the proof it is refused, and a dry run opens every key at any time without writing`() throws {
        let stage = try RotationStage(3)
        #expect(try stage.verify(keys: [1]).status == 1)
        try stage.makeCurrent(2)
        try stage.sweep(2, proving: false)

        let early = try stage.verify()
        let dry = try stage.verify("--dry-run")

        #expect(early.status == 1)
        #expect(
            try RotationStage.json(early)["next"] as? String
                == "rotate-master run, then verify; or rotate-master verify --dry-run")
        #expect(dry.status == 0, "\(dry.stderr)")
        #expect(try RotationStage.counts(dry)["opened"] == 3)
        #expect(try stage.database.psql("select count(*) from byok.job_runs where job = 'rotate-master'") == "0")
        #expect(!FileManager.default.fileExists(atPath: stage.folder.appending(path: "reports").path))
    }

    @Test func `rows that do not open are named and set aside, their bytes untouched, and the rest is verified`() throws
    {
        let stage = try RotationStage(30)
        try stage.makeCurrent(2)
        try stage.sweep(30)
        try stage.damage(7)
        // Sealed for another user: genuine, and not this row's.
        _ = try stage.database.psql(
            """
            set session_replication_role = replica;
            update byok.api_keys set sealed = (select sealed from byok.api_keys where id = '\(RotationStage.keyID(9))')
            where id = '\(RotationStage.keyID(8))'
            """)
        let bytes = "select md5(string_agg(sealed::text, '' order by id)) from byok.api_keys"
        let before = try stage.database.psql(bytes)

        let dry = try stage.verify("--dry-run")
        let first = try stage.verify()
        let again = try stage.verify()

        #expect(dry.status == 65)
        #expect(first.status == 65)
        #expect(try RotationStage.counts(first)["opened"] == 28)
        #expect(try RotationStage.counts(first)["set_aside"] == 2)
        #expect(try RotationStage.counts(again)["left_out"] == 2)
        #expect(again.status == 65)
        #expect(try stage.database.psql(bytes) == before)
        #expect(try recorded(stage) == "28|2")
        #expect(
            try stage.database.psql(
                "select id, quarantine_reason from byok.api_keys where quarantined_at is not null order by id")
                == "\(RotationStage.keyID(7))|not_authentic\n\(RotationStage.keyID(8))|not_authentic")
        let report = try stage.report(first)
        #expect(RotationStage.checks(report)["Every key opens under the new version"] == "fail")
        let text = String(decoding: try JSONSerialization.data(withJSONObject: report), as: UTF8.self)
        #expect(text.contains(RotationStage.keyID(7)) && text.contains(RotationStage.keyID(8)))
    }

    @Test func `so many unreadable rows are not the rows' fault`() throws {
        let stage = try RotationStage(60)
        try stage.makeCurrent(2)
        try stage.sweep(60)
        _ = try stage.database.psql(
            """
            set session_replication_role = replica;
            update byok.api_keys set sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)
            """)

        let verified = try stage.verify()

        #expect(verified.status == 78)
        #expect(try recorded(stage) == "|")
        #expect(
            try stage.database.psql("select count(*) <= 20 from byok.api_keys where quarantined_at is not null") == "t")
    }

    @Test func `a wrong key is refused before a row is opened`() throws {
        let stage = try RotationStage(2)
        try stage.makeCurrent(2)
        try stage.sweep(2)
        let wrong = RotationStage.entry(3).replacing("3:", with: "2:", maxReplacements: 1)
        let finished = try stage.command("verify", "--json", role: "byok_rotate", with: ["BYOK_MASTER_KEYS": wrong])
        #expect(finished.status == 78)
        #expect(try stage.verify(keys: [1]).status == 78)
        #expect(try recorded(stage) == "|")
        #expect(try stage.database.psql("select count(*) from byok.api_keys where quarantined_at is not null") == "0")
    }

    @Test func `stopped it records nothing, says so, and begins anew`() throws {
        let stage = try RotationStage(600)
        try stage.makeCurrent(2)
        try stage.sweep(600)

        let stopped = try stage.verify("--max-duration", "0s")

        #expect(stopped.status == 75)
        #expect(try RotationStage.counts(stopped)["opened"] == 256)
        #expect(try recorded(stage) == "|")
        #expect(try stage.verify().status == 0)
        #expect(try recorded(stage) == "600|0")
    }

    @Test func `a lease in other hands and a pause are 75, with words for what to do`() throws {
        let stage = try RotationStage(1)
        try stage.makeCurrent(2)
        try stage.sweep(1)
        _ = try stage.database.psql("select byok.pause('rotate-master', 'x')", role: "byok_operator")
        let paused = try stage.verify()
        #expect(paused.status == 75)
        #expect(paused.stdout.contains("byok.resume('rotate-master'"))
        _ = try stage.database.psql("select byok.resume('rotate-master', 'x')", role: "byok_operator")
        _ = try stage.database.psql(
            "select byok.acquire_lease('rotate-master', '0/1', 'host:42', '1 min')", role: "byok_rotate")
        let held = try stage.verify()
        #expect(held.status == 75)
        #expect(held.stdout.contains("host:42"))
    }

    @Test func `keys that row security hides are not called verified`() throws {
        let stage = try RotationStage(3)
        try stage.makeCurrent(2)
        try stage.sweep(3)
        _ = try stage.database.psql(
            "create policy hide on byok.api_keys as restrictive to byok_rotate using (label <> 'label')")
        #expect(try stage.verify().status == 77)
        #expect(try recorded(stage) == "|")
    }

    @Test func `no key and no piece of one gets out`() throws {
        let stage = try RotationStage(4)
        try stage.makeCurrent(2)
        try stage.sweep(4)
        try stage.damage(2)
        let verified = try stage.verify("--verbose", "--log-format", "json")
        let path = try RotationStage.json(verified)["report"] as? String ?? ""
        var texts = [verified.stdout, verified.stderr]
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            texts.append(try String(contentsOfFile: path + "/" + name, encoding: .utf8))
        }
        let secrets = [1, 2].map { String(RotationStage.entry($0).dropFirst(2).prefix(8)) } + ["gsk_0000"]
        for text in texts {
            for secret in secrets { #expect(!text.contains(secret)) }
        }
    }
}

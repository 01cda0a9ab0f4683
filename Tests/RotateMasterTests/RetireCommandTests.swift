import Foundation
import TestSupport
import Testing

struct RetireCommandTests {
    private func obstacles(_ finished: Finished) throws -> [String] {
        try RotationStage.json(finished)["obstacles"] as? [String] ?? []
    }

    private func states(_ stage: RotationStage) throws -> String {
        try stage.database.psql(
            "select string_agg(version || ' ' || state, ', ' order by version) from byok.master_keys")
    }

    @Test
    func `each obstacle is named with what to do, until the key is retired and the new one alone reads every row`()
        throws
    {
        let stage = try RotationStage(20)
        #expect(try obstacles(stage.retire()) == ["not_previous"])
        try stage.makeCurrent(2)
        let early = try stage.retire()
        #expect(early.status == 1)
        #expect(try obstacles(early) == ["not_swept", "not_proved", "not_verified"])
        #expect(early.stderr.contains("20 keys are still sealed under version 1; next: rotate-master run"))
        try stage.sweep(20)
        #expect(try obstacles(stage.retire()) == ["not_verified", "grace"])
        #expect(try stage.verify().status == 0)
        let waiting = try stage.retire(1, "--grace", "36h")
        #expect(try obstacles(waiting) == ["grace"])
        #expect(waiting.stderr.contains("the grace period of 1d12h after the proof is not over; next: wait until 20"))
        try stage.database.shiftTime(by: "25 hours")
        #expect(try stage.retire(1, "--dry-run").status == 0)
        #expect(try states(stage) == "1 previous, 2 current")

        let retired = try stage.retire()

        #expect(retired.status == 0, "\(retired.stderr)")
        #expect(try states(stage) == "1 retired, 2 current")
        #expect(try stage.database.psql("select ended_as from byok.rotations") == "retired")
        #expect(
            try stage.database.psql(
                "select actor, detail ->> 'reason' from byok.audit_log where action = 'master_key.retired'")
                == "byok_operator|ticket 8")
        let reader = try stage.verify("--dry-run", keys: [2])
        #expect(reader.status == 0, "\(reader.stderr)")
        #expect(try RotationStage.counts(reader)["opened"] == 20)
        #expect(try read(1, of: stage) == String(decoding: RotationStage.plaintext(1), as: UTF8.self))
        #expect(try obstacles(stage.retire()) == ["not_previous"])
        #expect(RotationStage.checks(try stage.report(retired))["Every older key is retired"] == "pass")
    }

    /// By the reader that the format's documentation gives to other services, with the new key alone.
    private func read(_ number: Int, of stage: RotationStage) throws -> String {
        let sealed = try stage.database.psql(
            "select translate(encode(sealed, 'base64'), E'\\n', '') from byok.api_keys where id = '\(RotationStage.keyID(number))'"
        )
        let input: [String: Any] = [
            "masterKey": String(RotationStage.entry(2).dropFirst(2)), "version": 2,
            "keyId": RotationStage.keyID(number),
            "userId": RotationStage.userID(number), "provider": "groq", "sealed": sealed,
        ]
        let text = String(decoding: try JSONSerialization.data(withJSONObject: input), as: UTF8.self)
        let finished = try Subprocess.run(
            "/usr/bin/python3", [Repository.path("Sources/Vault/Vault.docc/read_sealed_key.py")], input: text)
        #expect(finished.status == 0, "\(finished.stderr)")
        return finished.stdout
    }

    @Test(arguments: [nil, "yes", "retire version 2", "Retire version 1"])
    func `any other words do nothing and are answered with the right ones`(words: String?) throws {
        let stage = try RotationStage()
        let confirm = words.map { ["--confirm", $0] } ?? []
        let finished = try Subprocess.run(
            RotationStage.executable, ["retire", "--key-version", "1", "--reason", "x"] + confirm,
            environment: stage.environment(role: "byok_operator", keys: []))
        #expect(finished.status == 64)
        #expect(finished.stderr.contains("\"retire version 1\""))
    }

    @Test(arguments: ["byok_rotate", "byok_owner"]) func `only the operator retires`(role: String) throws {
        let stage = try RotationStage.rotated(1)
        let finished = try stage.retire(1, "--grace", "0s", role: role)
        #expect(finished.status == 77, "\(finished.stderr)")
        #expect(try states(stage) == "1 previous, 2 current")
    }

    @Test func `rows that do not open are given up by their number only`() throws {
        let stage = try RotationStage(25)
        try stage.damage(3)
        try stage.makeCurrent(2)
        _ = try stage.database.psql(
            """
            set session_replication_role = replica;
            update byok.api_keys set quarantined_at = now(), quarantine_reason = 'not_authentic'
            where id = '\(RotationStage.keyID(3))'
            """)
        try stage.sweep(25)
        #expect(try stage.verify().status == 65)

        let refused = try stage.retire(1, "--grace", "0s")
        #expect(try obstacles(refused) == ["quarantined"])
        #expect(refused.stderr.contains("--accept-quarantined 1"))
        #expect(try obstacles(stage.retire(1, "--grace", "0s", "--accept-quarantined", "2")) == ["quarantined"])
        #expect(try stage.command("plan").stdout.contains("--accept-quarantined 1"))
        let retired = try stage.retire(1, "--grace", "0s", "--accept-quarantined", "1")
        #expect(retired.status == 0, "\(retired.stderr)")
        #expect(RotationStage.checks(try stage.report(retired))["No row is set aside"] == "fail")
    }

    @Test func `a reader that holds only the older key holds it back, unless somebody answers for it`() throws {
        let stage = try RotationStage.rotated(1)
        _ = try stage.database.psql("select byok.tell_held_keys('web.7', '{1}')", role: "byok_app")
        let refused = try stage.retire(1, "--grace", "0s")
        #expect(try obstacles(refused) == ["readers"])
        #expect(refused.stderr.contains("web.7"))
        let retired = try stage.retire(1, "--grace", "0s", "--holders-confirmed", "web.7 was shut down")
        #expect(retired.status == 0, "\(retired.stderr)")
        #expect(
            try stage.database.psql(
                "select detail ->> 'holders_confirmed' from byok.audit_log where action = 'master_key.retired'")
                == "web.7 was shut down")
    }

    @Test func `a key that never was current waits for no rotation`() throws {
        let stage = try RotationStage(2)
        try stage.register(2)
        let retired = try stage.retire(2)
        #expect(retired.status == 0, "\(retired.stderr)")
        #expect(try states(stage) == "1 current, 2 retired")
    }

    @Test func `a fence that fell after the proof holds a retirement back`() throws {
        let stage = try RotationStage.rotated(2)
        try stage.makeCurrent(1)
        #expect(try obstacles(stage.retire(2, "--grace", "0s")).contains("not_proved"))
        try stage.makeCurrent(2)
        #expect(try obstacles(stage.retire(1, "--grace", "0s")).contains("not_proved"))
    }

    @Test func `what was typed wrongly is named and not repeated`() throws {
        let stage = try RotationStage()
        let pasted = ["sk", "ant", "notakey"].joined(separator: "-")
        for arguments in [
            ["--key-version", pasted, "--reason", "x"], ["--key-version", "1", "--reason", " "],
            ["--key-version", "1", "--reason", "x", "--accept-quarantined", pasted],
            ["--key-version", "1", "--reason", "x", "--holders-confirmed", ""],
        ] {
            let finished = try Subprocess.run(
                RotationStage.executable, ["retire"] + arguments,
                environment: stage.environment(role: "byok_operator", keys: []))
            #expect(finished.status == 64, "\(arguments)")
            #expect(!finished.stderr.contains(pasted))
        }
        let grace = try stage.retire(1, "--grace", "soon")
        #expect(grace.status == 64)
    }
}

import Foundation
import TestSupport
import Testing

/// What `byok doctor` finds in a database, each with real roles.
@Suite struct DoctorDatabaseTests {
    let desk = try! DoctorDesk()

    @Test(arguments: [
        ("rights", "byok", "revoke execute on function byok.add_keys from byok_operator", 77),
        ("rights", "savings-report", "grant select (sealed) on byok.api_keys to byok_savings", 77),
        ("rights", "mail", "revoke select on byok.recipients from byok_mail", 77),
        ("roles", "byok", "drop policy suite on byok.analyses", 77),
        ("row-security", "byok", "drop policy suite on byok.key_events", 77),
        ("row-security", "byok", "revoke execute on function byok.count_keys from byok_operator", 1),
        (
            "migrations", "byok",
            "delete from byok.migrations where number = (select max(number) from byok.migrations)", 78
        ),
        ("migrations", "byok", "insert into byok.migrations values (9999, 'of_tomorrow')", 78),
        ("migrations", "byok", "drop schema byok cascade", 78),
        ("key-check", "byok", "update byok.master_keys set check_value = decode(repeat('00', 32), 'hex')", 78),
        ("key-check", "byok", "update byok.master_keys set state = 'previous'", 78),
        ("seals", "byok", "update byok.master_keys set sealed_count = 2147483648", 1),
        ("heap-updates", "byok", "create index by_version on byok.api_keys (provider) where master_key_version > 3", 1),
        ("heap-updates", "byok", "create index over_sealed on byok.api_keys (md5(sealed))", 1),
        ("heap-updates", "byok", "alter table byok.api_keys set (fillfactor = 100)", 1),
        (
            "heap-updates", "byok",
            """
            create trigger touched before update on byok.api_keys for each row
            execute function suppress_redundant_updates_trigger()
            """, 1
        ),
        (
            "outbox", "byok",
            """
            insert into byok.email_outbox (user_id, key_id, kind, payload, idempotency_key, not_before)
            values (gen_random_uuid(), gen_random_uuid(), 'key_disabled', '{}', 'x', now() - interval '25 hours')
            """, 1
        ),
    ])
    func `what is wrong in the database fails its check`(check: String, job: String, sql: String, exit: Int) throws {
        let role = ["byok": "byok_operator", "savings-report": "byok_savings", "mail": "byok_mail"][job]!
        #expect(try Diagnosis(desk, for: job, role: role).state(check) == "pass")
        _ = try desk.database.psql(sql)

        let diagnosis = try Diagnosis(desk, for: job, role: role)

        #expect(diagnosis.exit(check) == exit, "\(diagnosis.text)")
        #expect(diagnosis.state(check) != "pass")
        #expect(diagnosis.status != 0)
    }

    @Test func `rows that row security hides end with 77`() throws {
        try desk.addKey(1)
        try desk.addKey(2, provider: "groq")
        _ = try desk.database.psql("alter policy suite on byok.api_keys to byok_app")

        let diagnosis = try Diagnosis(desk)

        #expect(diagnosis.exit("row-security") == 77)
        #expect(diagnosis.text.contains("this session sees 0 of 2 keys"))
        #expect(diagnosis.status == 77)
    }

    @Test func `row security that binds the owner too ends with not permitted or not decided, never with a pass`()
        throws
    {
        try desk.addKey(1)
        _ = try desk.database.psql("alter table byok.api_keys force row level security")

        let diagnosis = try Diagnosis(desk)

        #expect(diagnosis.state("row-security") != "pass")
        #expect(diagnosis.status != 0)
    }

    @Test func `a key that rows name and nobody configured is told with its number`() throws {
        _ = try desk.database.psql(
            """
            set session_replication_role = replica; -- around the fence, as a restored dump comes
            insert into byok.api_keys (user_id, provider, key_prefix, master_key_version, sealed)
            values (gen_random_uuid(), 'groq', 'gsk_', 7, decode('01' || repeat('aa', 60), 'hex'))
            """)

        let diagnosis = try Diagnosis(desk)

        #expect(diagnosis.exit("key-check") == 78)
        #expect(diagnosis.text.contains("master key 7"))
    }

    @Test func `keys without a fingerprint of this scan key are counted`() throws {
        try desk.addKey(1)

        let diagnosis = try Diagnosis(desk, for: "audit-scan", role: "byok_scan")

        #expect(diagnosis.complaints == ["fingerprints"])
        #expect(diagnosis.text.contains("0 of 1 keys"))
        #expect(diagnosis.status == 1)
    }

    @Test func `a quarantined key, which nothing opens, is not missed among the fingerprints`() throws {
        try desk.addKey(1)
        _ = try desk.database.psql("update byok.api_keys set quarantined_at = now(), quarantine_reason = 'unreadable'")

        let diagnosis = try Diagnosis(desk, for: "audit-scan", role: "byok_scan")

        #expect(diagnosis.complaints == [])
        #expect(diagnosis.text.contains("0 of 0 keys"))
    }

    @Test func `a superuser is told to be one, and that the server writes its parameters`() throws {
        let diagnosis = try Diagnosis(desk, role: "postgres")

        #expect(diagnosis.complaints == ["role", "server-log"])
        #expect(diagnosis.status == 1)
    }

    @Test func `another job's role is not the one, and its missing rights have names`() throws {
        let diagnosis = try Diagnosis(desk, for: "revalidate", role: "byok_savings")

        #expect(diagnosis.exit("role") == 1)
        #expect(diagnosis.exit("rights") == 77)
        #expect(diagnosis.text.contains("settle_checks") || diagnosis.text.contains("are missing, such as"))
    }

    @Test func `a role's hostile name cannot act on a terminal`() throws {
        let name = "evil\u{1B}[2J\u{202E}\(desk.database.name)"
        _ = try desk.database.psql("create role \"\(name)\" login")

        for arguments in [["doctor"], ["doctor", "--json"]] {
            let finished = try desk.byok(arguments, role: name)
            #expect(finished.stdout.contains("evil"))
            for text in [finished.stdout, finished.stderr] {
                #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"))
            }
        }
    }

    @Test func `a database without the schema is told to be migrated`() throws {
        let empty = try PrivateCluster.shared.makeDatabase()

        let diagnosis = try Diagnosis(desk, with: ["PGDATABASE": empty.name])

        #expect(diagnosis.exit("migrations") == 78)
        #expect(diagnosis.text.contains("byok migrate"))
        #expect(diagnosis.state("row-security") == "not_decided")
    }
}

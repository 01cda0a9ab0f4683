import Foundation
import TestSupport
import Testing

struct RolesTests {
    static let database = try! SupabaseShape.makeDatabase()
    static let jobs = [
        "byok_app", "byok_mail", "byok_operator", "byok_revalidate", "byok_rotate", "byok_savings", "byok_scan",
    ]
    static let everybody = jobs + ["anon", "authenticated", "service_role"]

    /// Who reads (r), inserts (a), writes (w) or deletes (d) at least a column of what. A pair that is
    /// not here may do nothing at all.
    static let rights: [String: [String: String]] = [
        "analyses": ["byok_app": "raw", "byok_savings": "r", "authenticated": "r"],
        "api_keys": [
            "byok_app": "rw", "byok_operator": "r", "byok_revalidate": "r", "byok_rotate": "r", "byok_savings": "r",
            "byok_scan": "r", "authenticated": "rd",
        ],
        "audit_log": ["byok_operator": "r", "byok_scan": "r"],
        "credit_ledger": ["byok_app": "ra", "byok_savings": "r"],
        "credit_prices": ["byok_app": "r", "byok_operator": "r", "byok_savings": "r", "authenticated": "r"],
        "email_outbox": ["byok_operator": "r", "byok_revalidate": "r", "byok_savings": "r", "byok_mail": "rw"],
        "guard_counts": ["byok_operator": "r", "byok_revalidate": "r"],
        "guards": ["byok_operator": "r", "byok_revalidate": "r"],
        "installation": Dictionary(uniqueKeysWithValues: jobs.map { ($0, "r") }),
        "job_leases": jobsButApp,
        "job_runs": jobsButApp,
        "key_checks": ["byok_operator": "r", "byok_revalidate": "r", "byok_savings": "r"],
        "key_events": ["byok_operator": "r", "byok_revalidate": "r", "byok_savings": "r", "authenticated": "r"],
        "key_fingerprints": ["byok_operator": "r", "byok_revalidate": "r", "byok_scan": "r"],
        "key_holders": ["byok_operator": "r", "byok_rotate": "r"],
        "master_keys": ["byok_app": "r", "byok_operator": "r", "byok_revalidate": "r", "byok_rotate": "r"],
        "migrations": jobsButApp,
        "my_keys": ["byok_app": "r", "authenticated": "r"],
        "pauses": jobsButApp,
        "provider_bills": ["byok_operator": "r", "byok_savings": "r"],
        "recipients": ["byok_mail": "r"],
        "rotation_progress": ["byok_operator": "r", "byok_rotate": "r"],
        "rotations": ["byok_operator": "r", "byok_rotate": "r"],
        "task_routes": ["byok_app": "r", "byok_operator": "r", "byok_savings": "r", "authenticated": "r"],
        "token_prices": ["byok_operator": "r", "byok_savings": "r"],
        "usable_keys": ["byok_app": "r"],
    ]
    static let jobsButApp = Dictionary(uniqueKeysWithValues: jobs.dropFirst().map { ($0, "r") })

    /// Who may call what. A function that is not here is nobody's but the owner's.
    static let calls: [String: [String]] = [
        "acquire_lease": Array(jobs.dropFirst()), "renew_lease": Array(jobs.dropFirst()),
        "release_lease": Array(jobs.dropFirst()), "start_run": Array(jobs.dropFirst()),
        "finish_run": Array(jobs.dropFirst()), "run_books": Array(jobs.dropFirst()),
        "count_keys": Array(jobs.dropFirst()), "record_audit": jobs, "current_user_id": jobs + ["authenticated"],
        "add_key": ["byok_app", "byok_operator"], "add_keys": ["byok_app", "byok_operator"],
        "replace_key": ["byok_app", "byok_operator"], "delete_key": ["byok_app", "byok_operator"],
        "put_fingerprints": ["byok_app", "byok_operator", "byok_revalidate"],
        "reserve_seals": ["byok_app", "byok_operator", "byok_rotate"],
        "tell_key_holder": ["byok_app", "byok_operator", "byok_revalidate"],
        "best_key": ["byok_app", "byok_operator", "authenticated"], "report_refusal": ["byok_app"],
        "register_master_key": ["byok_operator"], "set_current_master_key": ["byok_operator"],
        "retire_master_key": ["byok_operator"], "pause": ["byok_operator"], "resume": ["byok_operator"],
        "approve_guard": ["byok_operator"], "undo_run": ["byok_operator"], "release_quarantine": ["byok_operator"],
        "locked_keys": ["byok_revalidate"], "return_unanswered": ["byok_revalidate"],
        "settle_checks": ["byok_revalidate"], "provider_guard_state": ["byok_operator", "byok_revalidate"],
        "quarantine_key": ["byok_revalidate"], "disable_key": ["byok_scan"],
        "tell_held_keys": ["byok_app", "byok_operator", "byok_revalidate"],
        "readers_without": ["byok_operator", "byok_rotate"], "replicas": ["byok_operator", "byok_rotate"],
        "horizon_holders": ["byok_operator", "byok_rotate"],
        "update_spoilers": ["byok_operator", "byok_revalidate", "byok_rotate"],
        "guard_faults": ["byok_operator", "byok_revalidate", "byok_rotate"],
        "retirement_obstacles": ["byok_operator", "byok_rotate"], "keys_by_version": ["byok_operator", "byok_rotate"],
        "begin_rotation": ["byok_rotate"], "note_rotation": ["byok_rotate"], "rewrap_keys": ["byok_rotate"],
        "quarantine_row": ["byok_rotate"], "fence_rotation": ["byok_rotate"], "state_rotation_end": ["byok_rotate"],
        "prove_rotation_end": ["byok_rotate"], "record_verification": ["byok_rotate"],
        "analysis_shape": ["byok_savings"], "booking_print": ["byok_savings"], "id_buckets": ["byok_savings"],
        "key_spells": ["byok_savings"], "key_stretches": ["byok_savings"],
        "period_parts": ["byok_savings"], "price_periods": ["byok_savings"], "token_price_periods": ["byok_savings"],
    ]

    @Test(arguments: everybody)
    func `a role has the rights on relations that the table gives it and no others`(role: String) throws {
        let found = try Self.database.psql(
            """
            select c.relname,
                case when has_any_column_privilege('\(role)', c.oid, 'select') then 'r' else '' end
                || case when has_any_column_privilege('\(role)', c.oid, 'insert') then 'a' else '' end
                || case when has_any_column_privilege('\(role)', c.oid, 'update') then 'w' else '' end
                || case when has_table_privilege('\(role)', c.oid, 'delete') then 'd' else '' end
                || case when has_table_privilege('\(role)', c.oid, 'truncate, references, trigger') then '!' else '' end
            from pg_class c where c.relnamespace = 'byok'::regnamespace and c.relkind in ('r', 'v')
            order by 1
            """)

        for line in found.split(separator: "\n") {
            let pair = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            let expected = Self.rights[pair[0]]?[role] ?? ""
            #expect(Set(pair[1]) == Set(expected), "\(role) on \(pair[0])")
        }
    }

    @Test(arguments: everybody)
    func `a role calls the functions that the table gives it and no others`(role: String) throws {
        let found = try Self.database.psql(
            """
            select p.proname, has_function_privilege('\(role)', p.oid, 'execute')
            from pg_proc p where p.pronamespace = 'byok'::regnamespace
            """)

        for line in found.split(separator: "\n") {
            let pair = line.split(separator: "|").map(String.init)
            let expected = Self.calls[pair[0]]?.contains(role) ?? false
            #expect((pair[1] == "t") == expected, "\(role) calling \(pair[0])")
        }
    }

    @Test func `only those who open keys read ciphertexts`() throws {
        let readers = try Self.database.psql(
            """
            select string_agg(rolname, ' ' order by rolname) from pg_roles
            where rolname = any ('{\(Self.everybody.joined(separator: ","))}')
                and has_column_privilege(rolname, 'byok.api_keys', 'sealed', 'select')
            """)

        #expect(readers == "byok_app byok_revalidate byok_rotate")
    }

    @Test func `no role writes ciphertexts but through the functions that check who and what`() throws {
        let columns = try Self.database.psql(
            """
            select r.rolname, string_agg(a.attname, ' ' order by a.attname)
            from pg_attribute a, pg_roles r
            where a.attrelid = 'byok.api_keys'::regclass and a.attnum > 0
                and r.rolname = any ('{\(Self.everybody.joined(separator: ","))}')
                and has_column_privilege(r.rolname, a.attrelid, a.attnum, 'update')
            group by 1 order by 1
            """)

        #expect(columns == "byok_app|label")
    }

    @Test(arguments: [
        ("byok_savings", "select sealed from byok.api_keys"),
        ("byok_savings", "select * from byok.usable_keys"),
        ("byok_savings", "select payload from byok.email_outbox"),
        ("byok_savings", "select user_id from byok.recipients"),
        ("byok_savings", "update byok.analyses set credits_charged = 0"),
        ("byok_savings", "insert into byok.credit_prices (kind, provider, credits_list) values ('x', 'openai', 1)"),
        ("byok_scan", "select sealed from byok.api_keys"),
        ("byok_scan", "select k from byok.api_keys k"),
        ("byok_operator", "select sealed from byok.api_keys"),
        ("byok_operator", "update byok.master_keys set state = 'retired'"),
        ("byok_revalidate", "update byok.api_keys set status = 'disabled'"),
        ("byok_revalidate", "delete from byok.api_keys"),
        ("byok_revalidate", "select byok.approve_guard('openai', gen_random_uuid(), 'x', '1 h')"),
        ("byok_revalidate", "select byok.undo_run(gen_random_uuid(), 'x')"),
        ("byok_rotate", "select byok.set_current_master_key(1, 'x')"),
        ("byok_rotate", "select byok.retire_master_key(1, 'x')"),
        ("byok_rotate", "update byok.api_keys set status = 'active'"),
        ("byok_rotate", "update byok.api_keys set sealed = sealed"),
        ("byok_rotate", "alter table byok.api_keys disable trigger key_fence"),
        ("byok_rotate", "select byok.rebuild_fence()"),
        ("byok_app", "update byok.api_keys set sealed = sealed"),
        ("byok_app", "insert into byok.audit_log (action) values ('x')"),
        ("byok_app", "select byok.pause('revalidate', 'x')"),
        ("byok_mail", "select id from byok.api_keys"),
        ("byok_mail", "select token from byok.job_leases"),
        ("byok_operator", "select token from byok.job_leases"),
        ("byok_mail", "update byok.email_outbox set payload = '{}'"),
        ("byok_scan", "create table byok.mine (a int)"),
        ("byok_app", "alter table byok.api_keys disable row level security"),
    ])
    func `what a role has no business with is refused`(role: String, statement: String) {
        #expect(Self.database.sqlState(statement, role: role) == "42501")
    }

    @Test(arguments: [
        ("byok_savings", "select id, status, key_prefix from byok.api_keys"),
        ("byok_savings", "select key_id, state, sent_at from byok.email_outbox; select source from byok.token_prices"),
        ("byok_savings", "select job, shard, holder, acquired_at, until from byok.job_leases"),
        ("byok_scan", "select key_id, windows from byok.key_fingerprints; select detail from byok.audit_log"),
        ("byok_revalidate", "select sealed from byok.api_keys order by next_check_at limit 1"),
        ("byok_rotate", "select id, sealed from byok.api_keys order by id limit 1"),
        ("byok_app", "select sealed from byok.usable_keys"),
        ("byok_mail", "select email, payload from byok.recipients join byok.email_outbox using (user_id)"),
        ("byok_mail", "update byok.email_outbox set attempts = attempts + 1 where id = gen_random_uuid()"),
        ("byok_operator", "select byok.pause('revalidate', 'maintenance'); select byok.resume('revalidate', 'done')"),
        ("byok_app", "select byok.tell_key_holder('web.1', 1)"),
    ])
    func `what a role is for, it may do`(role: String, statement: String) {
        #expect(Self.database.sqlState(statement, role: role) == "00000")
    }

    @Test(arguments: jobs)
    func `a job's role has limits and keeps parameters out of the server's log`(role: String) throws {
        let settings = try Self.database.psql(
            """
            select bool_and(setting <> '0') from pg_settings
            where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')
            union all
            select bool_and(setting = '0') from pg_settings where name ~ '^log_parameter_max_length'
            """, role: role)
        let power = try Self.database.psql(
            "select rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolinherit from pg_roles where rolname = '\(role)'"
        )

        #expect(settings == "t\nt")
        #expect(power == "f")
    }
}

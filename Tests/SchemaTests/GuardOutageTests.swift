import TestSupport
import Testing

/// Three days of hourly runs. Time passes by moving what a run reads into the past.
struct GuardOutageTests {
    @Test func `72 hours of total refusal disable nothing at 300 keys`() throws {
        let db = try VerdictDatabase(keys: 300)
        _ = try db.database.psql(
            "UPDATE byok.api_keys SET next_check_at = now() + (extract(epoch FROM '7 days'::interval) * random()) * '1 s'::interval"
        )

        for _ in 1...72 {
            try db.database.shiftTime(by: "1 hour")
            _ = try db.database.psql("UPDATE byok.job_leases SET until = now() + '1 hour'; " + Self.refuseWhatIsDue)
        }

        #expect(try db.count("byok.api_keys WHERE status = 'disabled'") == "0")
        #expect(try db.count("byok.email_outbox") == "0")
        // Fewer than 5 where the run that trips brings several at once: its whole batch is held.
        let suspected = Int(try db.count("byok.api_keys WHERE status = 'suspected'"))
        #expect((1...5).contains(try #require(suspected)))
        #expect(try db.count("byok.guards WHERE approved_at IS NULL") == "1")
    }

    @Test func `72 hours of total refusal disable nothing at 100,000 keys`() throws {
        let db = try VerdictDatabase(keys: 100_000)
        _ = try db.database.psql(Self.simulation)

        _ = try db.database.psql("CALL test.simulate(72, 1.0)")

        #expect(try db.count("byok.api_keys WHERE status = 'disabled'") == "0")
        #expect(try db.count("byok.email_outbox") == "0")
        #expect(Int(try db.count("byok.api_keys WHERE status = 'suspected'")) ?? 6 <= 5)
        #expect(Int(try db.count("byok.key_checks WHERE outcome = 'held'")) ?? 0 > 30_000)
    }

    @Test func `an outage after a healthy day is stopped before its first second strike`() throws {
        let db = try VerdictDatabase(keys: 20_000)
        _ = try db.database.psql(Self.simulation)

        _ = try db.database.psql("CALL test.simulate(24, 0.0)")
        _ = try db.database.psql("CALL test.simulate(48, 1.0, 24)")

        #expect(try db.count("byok.api_keys WHERE status = 'disabled'") == "0")
        #expect(try db.count("byok.email_outbox") == "0")
        let suspected = Int(try db.count("byok.api_keys WHERE status = 'suspected'")) ?? .max
        #expect(suspected < 160, "5 % of a day's looks")
    }

    @Test func `an honest half per cent of dead keys is disabled and never trips`() throws {
        let db = try VerdictDatabase(keys: 100_000)
        _ = try db.database.psql(Self.simulation)

        _ = try db.database.psql("CALL test.simulate(72, 0.005)")

        #expect(try db.count("byok.guards") == "0")
        #expect(Int(try db.count("byok.api_keys WHERE status = 'disabled'")) ?? 0 > 100)
        let disabled = try db.count("byok.api_keys WHERE status = 'disabled'")
        #expect(try db.count("byok.email_outbox WHERE state = 'queued'") == disabled)
    }

    private static let refuseWhatIsDue = """
        SELECT count(*) FROM (
          SELECT array_agg(id) ids, array_agg(key_revision) revisions, count(*)::int AS size
          FROM byok.api_keys WHERE status <> 'disabled' AND next_check_at <= now()
        ) b, byok.settle_checks('revalidate', '0', (SELECT token FROM byok.job_leases), gen_random_uuid(),
          '24 h', '168 h', '7 days', ids, revisions, array_fill('refused'::text, ARRAY[size]),
          array_fill(false, ARRAY[size]), array_fill(401, ARRAY[size]), array_fill('x'::text, ARRAY[size]),
          array_fill('r'::text, ARRAY[size]), array_fill(1, ARRAY[size])) s WHERE size > 0
        """

    /// Rows are kept on a calendar that starts at now(): before a batch only its own rows (and the guard's
    /// few) are moved to the present, and back after it. Moving 100,000 rows for every hour would say the same.
    private static let simulation = """
        UPDATE byok.job_leases SET until = now() + '1 year';
        UPDATE byok.api_keys SET next_check_at = now() + ('x' || substr(md5(id::text), 1, 7))::bit(28)::int
          / 268435456.0 * '7 days'::interval;
        CREATE INDEX ON byok.api_keys (next_check_at);
        CREATE PROCEDURE test.move(ids uuid[], by interval) LANGUAGE sql AS $$
          UPDATE byok.api_keys SET next_check_at = next_check_at + by, last_checked_at = last_checked_at + by,
            first_refused_at = first_refused_at + by, held_since = held_since + by, disabled_at = disabled_at + by
          WHERE id = ANY (ids) $$;
        CREATE PROCEDURE test.simulate(hours int, dead float, start int DEFAULT 0) LANGUAGE plpgsql AS $$
        DECLARE batch record; run uuid; epoch timestamptz := (SELECT min(created_at) FROM byok.api_keys);
          ahead interval;
        BEGIN
          FOR hour IN start + 1 .. start + hours LOOP
            run := gen_random_uuid();
            ahead := hour * '1 hour'::interval;
            FOR batch IN
              SELECT array_agg(id) ids, array_agg(key_revision) revisions, count(*)::int AS size,
                array_agg(CASE WHEN hashtextextended(id::text, 0) & 65535 < dead * 65536 THEN 'refused' ELSE 'valid' END) verdicts
              FROM (SELECT *, (row_number() OVER (ORDER BY next_check_at, id) - 1) / 200 AS page FROM byok.api_keys
                WHERE status <> 'disabled' AND next_check_at <= now() + ahead) due
              GROUP BY page ORDER BY page
            LOOP
              CALL test.move(batch.ids, -ahead);
              PERFORM count(*) FROM byok.settle_checks('revalidate', '0', (SELECT token FROM byok.job_leases), run,
                '24 h', '168 h', '7 days', batch.ids, batch.revisions, batch.verdicts,
                array_fill(false, ARRAY[batch.size]), array_fill(401, ARRAY[batch.size]),
                array_fill('x'::text, ARRAY[batch.size]), array_fill('r'::text, ARRAY[batch.size]),
                array_fill(1, ARRAY[batch.size]));
              CALL test.move(batch.ids, ahead);
              COMMIT;
            END LOOP;
            UPDATE byok.guard_counts SET hour = guard_counts.hour - '1000 years'::interval;
            UPDATE byok.guard_counts SET hour = guard_counts.hour + '1000 years'::interval - '1 hour'::interval;
            COMMIT;
          END LOOP;
        END $$;
        """
}

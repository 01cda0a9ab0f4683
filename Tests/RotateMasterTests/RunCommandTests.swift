import Foundation
import TestSupport
import Testing

struct RunCommandTests {
    private func run(_ stage: RotationStage, _ arguments: String..., keys: [Int] = [1, 2]) throws -> Finished {
        try Subprocess.run(
            RotationStage.executable, ["run", "--json"] + arguments,
            environment: stage.environment(role: "byok_rotate", keys: keys))
    }

    @Test func `a run after the end of a rotation finds nothing to do, and begins nothing`() throws {
        let stage = try RotationStage.rotated(3)
        #expect(try stage.retire(1, "--grace", "0s").status == 0)

        let again = try run(stage, keys: [2])

        #expect(again.status == 0, "\(again.stderr)")
        #expect(try RotationStage.counts(again) == ["rest": 0])
        #expect(try stage.database.psql("select count(*), count(finished_at) from byok.rotations") == "1|1")
        #expect(try stage.command("plan", keys: [2]).status == 0)
    }

    @Test func `a key added while the target was not current is swept and proved by the next run`() throws {
        let stage = try RotationStage.rotated(3)
        try stage.makeCurrent(1)
        _ = try stage.database.psql(
            """
            insert into byok.api_keys (id, user_id, provider, label, key_prefix, master_key_version, sealed)
            values ('\(RotationStage.keyID(4))', '\(RotationStage.userID(4))', 'groq', 'label', 'gsk_', 1,
            '\\x\(try stage.sealed(4, under: 1))')
            """)
        try stage.makeCurrent(2)
        let phase = try RotationStage.json(stage.command("status", "--json"))["phase"] as? String
        #expect(phase == "waiting")
        #expect(try stage.command("plan", keys: [1, 2]).stdout.contains("rotate-master run"))
        #expect(try stage.verify().status == 1)

        let swept = try run(stage)

        #expect(swept.status == 0, "\(swept.stderr)")
        #expect(try RotationStage.counts(swept)["rotated"] == 1)
        #expect(try stage.verify().status == 0)
        #expect(try stage.retire(1, "--grace", "0s").status == 0)
    }

    @Test func `a resume needs no second word for readers that somebody answered for`() throws {
        let stage = try RotationStage(2)
        _ = try stage.database.psql("select byok.tell_held_keys('web.1', '{1}')", role: "byok_app")
        try stage.makeCurrent(2)
        #expect(try run(stage).status == 78)
        _ = try stage.database.psql(
            """
            select byok.begin_rotation(l.shard, l.token, 2, 'web.1 was shut down'),
                byok.release_lease('rotate-master', l.shard, l.token)
            from byok.acquire_lease('rotate-master', '0/1', 'test', '1 min') a
            cross join lateral (select '0/1' as shard, a.token) l
            """, role: "byok_rotate")

        let resumed = try run(stage)

        #expect(resumed.status == 0, "\(resumed.stderr)")
    }

    @Test func `a statement that fails gives back every row of its page, those that do not open too`() throws {
        let stage = try RotationStage(5)
        try stage.damage(2)
        try stage.makeCurrent(2)
        _ = try stage.database.psql(
            """
            create function byok.refuse() returns trigger language plpgsql as
                $$ begin raise exception 'no' using errcode = '42501'; end $$;
            create trigger refuse before update of sealed on byok.api_keys for each row execute function byok.refuse()
            """)

        let failed = try run(stage)

        let counts = try RotationStage.counts(failed)
        #expect(counts["taken"] == 5 && counts["returned"] == 5, "\(failed.stderr)")
        #expect(failed.status == 77)
        #expect(counts["rest"] == 5)
    }

    @Test func `what is left is not told where it cannot be counted`() throws {
        let stage = try RotationStage(5)
        try stage.makeCurrent(2)
        // The sweep itself takes the right to count away.
        _ = try stage.database.psql(
            """
            create function byok.blind() returns trigger language plpgsql security definer as
                $$ begin revoke select on byok.api_keys from byok_rotate; return null; end $$;
            create trigger blind after update of verified_at, validated_at on byok.rotations
            for each row execute function byok.blind()
            """)

        let run = try run(stage)

        let counts = try RotationStage.counts(run)
        #expect(counts["rotated"] == 5, "\(run.stderr)")
        #expect(counts["rest"] == nil && counts["left_quarantined"] == nil, "\(run.stdout)")
    }
}

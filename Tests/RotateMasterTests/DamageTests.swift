import Foundation
import TestSupport
import Testing

/// Rows that do not open.
struct DamageTests {
    @Test func `rows that do not open are set aside with their bytes, named and counted, and the rest is done`() throws
    {
        let stage = try Stage()
        let ids = try stage.plant(400)
        let damage = [
            (ids[0], "set_byte(sealed, 20, get_byte(sealed, 20) # 1)", "not_authentic"),
            (ids[1], "substring(sealed, 1, 20)", "too_short"),
            (ids[2], "set_byte(sealed, 0, 2)", "unknown_format"),
            // Another user's ciphertext.
            (ids[3], "(select o.sealed from byok.api_keys o where o.id = '\(ids[4])')", "not_authentic"),
            (ids[5], "sealed || decode(repeat('00', 600), 'hex')", "too_long"),
            (ids[6], "substring(sealed, 1, length(sealed) - 1)", "not_authentic"),
        ]
        for (id, sealed, _) in damage {
            _ = try stage.database.psql(
                """
                set session_replication_role = replica; -- as a faulty disk would, behind every trigger
                update byok.api_keys set sealed = \(sealed) where id = '\(id)'
                """)
        }
        let broken = damage.map { "'\($0.0)'" }.joined(separator: ",")
        let bytes = """
            select md5(string_agg(encode(sealed, 'hex') || master_key_version || updated_at || status, '' order by id))
            from byok.api_keys where id in (\(broken))
            """
        let before = try stage.database.psql(bytes)

        let ended = try stage.run()

        #expect(ended.status == 65, "\(ended.stderr)")
        #expect(ended.outcome == "quarantined")
        #expect(ended.counts == ["taken": 400, "rotated": 394, "quarantined": 6, "left_quarantined": 6])
        #expect(try stage.database.psql(bytes) == before)
        for (id, _, reason) in damage {
            #expect(
                try stage.database.psql(
                    "select quarantine_reason, quarantined_at is not null from byok.api_keys where id = '\(id)'")
                    == "\(reason)|t")
        }
        // The end is proved all the same: what is left is quarantined.
        #expect(
            try stage.database.psql("select validated_rows, validated_quarantined, quarantined from byok.rotations")
                == "394|6|6")
        let sound = ids.filter { id in !damage.contains { $0.0 == id } }
        let texts = try stage.opened(with: [2])
        #expect(texts.count == 394)
        #expect(sound.allSatisfy { texts[$0] == Stage.plaintext($0) })
    }

    @Test func `rows that were set aside before are left alone and counted`() throws {
        let stage = try Stage()
        let ids = try stage.plant(50)
        _ = try stage.database.psql(
            "update byok.api_keys set quarantined_at = now(), quarantine_reason = 'not_authentic' where id = '\(ids[0])'",
            role: "byok_owner")

        let ended = try stage.run()

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.counts == ["taken": 49, "rotated": 49, "left_quarantined": 1])
    }

    @Test func `when very many rows do not open the sweep ends, and does not take them from their users`() throws {
        let stage = try Stage()
        try stage.plant(200)
        // Sealed by something that binds its rows differently.
        _ = try stage.database.psql(
            """
            set session_replication_role = replica;
            update byok.api_keys set user_id = gen_random_uuid()
            """)

        let ended = try stage.run()

        #expect(ended.status == 78, "\(ended.stderr)")
        #expect(ended.error.contains("more rows do not open"))
        #expect(try stage.count("byok.api_keys where quarantined_at is not null") <= 20)
    }

    @Test func `a rehearsal names what would not open`() throws {
        let stage = try Stage()
        let ids = try stage.plant(30)
        _ = try stage.database.psql(
            """
            set session_replication_role = replica;
            update byok.api_keys set sealed = set_byte(sealed, 0, 9) where id = '\(ids[3])'
            """)

        let ended = try stage.run(["run", "--dry-run"])

        #expect(ended.status == 65)
        #expect(ended.counts["would_quarantine"] == 1)
        #expect(ended.stderr.contains(ids[3].uuidString.lowercased()))
        #expect(try stage.count("byok.api_keys where quarantined_at is not null") == 0)
    }

    @Test func `no key and no ciphertext appears in output, errors or the server's log`() throws {
        let stage = try Stage()
        let ids = try stage.plant(30)
        _ = try stage.database.psql(
            "set session_replication_role = replica; update byok.api_keys set sealed = set_byte(sealed, 0, 9) where id = '\(ids[3])'"
        )

        let ended = try stage.run(["run", "--verbose"])
        let said = ended.stdout + ended.stderr

        #expect(ended.status == 65)
        for secret in [Stage.keyText(1), Stage.keyText(2)] { #expect(!said.contains(secret.dropFirst(2).prefix(8))) }
        #expect(!said.contains("synthetic"))
        let sealed = try stage.database.psql(
            "select substring(encode(sealed, 'hex'), 3, 24) from byok.api_keys limit 5")
        let log = try String(contentsOfFile: PrivateCluster.shared.serverLog, encoding: .utf8)
        for line in sealed.split(separator: "\n") {
            #expect(!said.contains(line))
            #expect(!log.contains(line))
        }
    }
}

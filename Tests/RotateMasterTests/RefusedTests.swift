import Foundation
import TestSupport
import Testing

/// What must hold before the first row is opened.
struct RefusedTests {
    private func refused(_ stage: Stage, _ arguments: [String] = ["run"], with extra: [String: String] = [:]) throws
        -> Ended
    {
        let before = try stage.database.psql("select md5(string_agg(k::text, '' order by id)) from byok.api_keys k")
        let ended = try stage.run(arguments, with: extra)
        #expect(
            try stage.database.psql("select md5(string_agg(k::text, '' order by id)) from byok.api_keys k") == before)
        #expect(try stage.count("byok.rotations") == 0)
        return ended
    }

    @Test func `a target that is not current is told with the command that makes it so`() throws {
        let stage = try Stage(isCurrent: false)
        try stage.plant(5)

        let ended = try refused(stage, ["run", "--to", "2"])

        #expect(ended.status == 78)
        #expect(ended.next.contains("byok master-keys set-current --key-version 2"))
    }

    @Test func `rows under a key that is not configured are told by number and count`() throws {
        let stage = try Stage()
        try stage.plant(7)

        let ended = try refused(stage, with: ["BYOK_MASTER_KEYS": Stage.keyText(2)])

        #expect(ended.status == 78)
        #expect(ended.error.contains("version 1 (7 keys)"))
    }

    @Test func `a key that is not the one registered is found before a row is opened`() throws {
        let stage = try Stage()
        try stage.plant(5)
        let wrong = "2:" + Data(repeating: 9, count: 32).base64EncodedString()

        let ended = try refused(stage, with: ["BYOK_MASTER_KEYS": Stage.keyText(1) + "\n" + wrong])

        #expect(ended.status == 78)
        #expect(ended.error.contains("master key 2 is not the one registered"))
    }

    @Test func `the same bytes under two numbers are no rotation`() throws {
        let stage = try Stage()
        try stage.plant(5)
        let twin = "3:" + Stage.keyText(1).dropFirst(2)

        let ended = try refused(
            stage, with: ["BYOK_MASTER_KEYS": [Stage.keyText(1), Stage.keyText(2), twin].joined(separator: ",")])

        #expect(ended.status == 78)
        #expect(ended.error.contains("master keys 1 and 3 are the same"))
        #expect(!ended.stdout.contains(twin.dropFirst(2).prefix(8)))
        #expect(!ended.stderr.contains(twin.dropFirst(2).prefix(8)))
    }

    @Test func `a reader without the key is named, unless somebody answers for it`() throws {
        let stage = try Stage()
        try stage.plant(5)
        _ = try stage.database.psql("select byok.tell_held_keys('web.7', '{1}')", role: "byok_app")

        let ended = try refused(stage)
        #expect(ended.status == 78)
        #expect(ended.error.contains("web.7"))

        let confirmed = try stage.run(["run", "--holders-confirmed", "web.7 was shut down"])
        #expect(confirmed.status == 0, "\(confirmed.stderr)")
        #expect(try stage.database.psql("select holders_confirmed from byok.rotations") == "web.7 was shut down")
    }

    @Test func `a key that has no seals left is not rotated to`() throws {
        let stage = try Stage()
        try stage.plant(5)
        _ = try stage.database.psql(
            "update byok.master_keys set sealed_count = 4294967293 where version = 2", role: "byok_owner")

        #expect(try refused(stage).status == 78)
    }

    @Test func `half of a key's seals is worth a warning`() throws {
        let stage = try Stage()
        try stage.plant(5)
        _ = try stage.database.psql(
            "update byok.master_keys set sealed_count = 2147483648 where version = 2", role: "byok_owner")

        let ended = try stage.run()

        #expect(ended.status == 0)
        #expect(ended.stderr.contains("has sealed 2147483648"))
    }

    @Test func `a pause holds it back, and a role without rights is told`() throws {
        let stage = try Stage()
        try stage.plant(5)
        let rights = try refused(stage, with: ["PGUSER": "byok_savings"])
        #expect(rights.status == 77, "\(rights.stderr)")

        _ = try stage.database.psql("select byok.pause('*', 'month end')", role: "byok_operator")
        let ended = try refused(stage)
        #expect(ended.status == 75)
        #expect(ended.next.contains("byok.resume('*'"))
    }

    @Test(arguments: [
        ["--to", "0"], ["--to", "x"], ["--shard", "3/3"], ["--shard", "/3"], ["--shard", "1"], ["--workers", "0"],
        ["--max-rate", "0"], ["--holders-confirmed", " "],
    ])
    func `a malformed setting is named and not echoed`(flags: [String]) throws {
        let ended = try Stage().run(["run"] + flags)

        #expect(ended.status == 64)
        #expect(ended.error.contains(flags[0]))
    }
}

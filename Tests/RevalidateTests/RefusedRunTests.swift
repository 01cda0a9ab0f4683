import Foundation
import Providers
import TestSupport
import Testing

/// Runs that must end before a single row is opened.
@Suite struct RefusedRunTests {
    /// A dead key that would show any request and any verdict.
    private static func stage(isTest: Bool = true) throws -> (Stage, PlantedKey) {
        let stage = try Stage(isTest: isTest)
        let key = PlantedKey(.anthropic, seed: 11)
        try stage.plant([key])
        return (stage, key)
    }

    private static func expectUntouched(_ stage: Stage, _ simulator: Simulator) throws {
        #expect(try simulator.requestCount() == 0)
        #expect(try stage.count("byok.job_runs") == 0)
        #expect(try stage.count("byok.key_checks") == 0)
    }

    @Test func `another master key under a known number is refused before anything is asked`() throws {
        let (stage, _) = try Self.stage()
        let simulator = try Simulator()
        let wrong = "1:" + Data(repeating: 9, count: 32).base64EncodedString()

        let ended = try stage.run([], simulator, with: ["BYOK_MASTER_KEYS": wrong])

        #expect(ended.status == 78)
        #expect(ended.stderr.contains("master key 1"))
        try Self.expectUntouched(stage, simulator)
    }

    @Test func `a version that due keys need and the keyring lacks is named with its count`() throws {
        let (stage, _) = try Self.stage()
        let simulator = try Simulator()
        _ = try stage.database.psql(
            "alter table byok.api_keys disable trigger user; update byok.api_keys set master_key_version = 7")

        let ended = try stage.run([], simulator)

        #expect(ended.status == 78)
        #expect(ended.stderr.contains("version 7 (1 keys)"))
        try Self.expectUntouched(stage, simulator)
    }

    @Test func `no master keys at all is a setting missing`() throws {
        let (stage, _) = try Self.stage()
        let simulator = try Simulator()

        let ended = try stage.run([], simulator, without: ["BYOK_MASTER_KEYS"])

        #expect(ended.status == 78)
        #expect(ended.stderr.contains("BYOK_MASTER_KEYS"))
        try Self.expectUntouched(stage, simulator)
    }

    @Test func `a loopback provider on a database that is not for tests is refused`() throws {
        let (stage, _) = try Self.stage(isTest: false)
        let simulator = try Simulator()

        #expect(try stage.run([], simulator).status == 78)
        #expect(try stage.run(["--dry-run"], simulator).status == 78)
        try Self.expectUntouched(stage, simulator)
    }

    @Test(arguments: ["http://10.0.0.1:80", "https://api.anthropic.com.example", "http://127.0.0.1.nip.io", "x"])
    func `a provider address that is not loopback is refused without a word of it`(_ address: String) throws {
        let (stage, _) = try Self.stage()
        let simulator = try Simulator()

        let ended = try stage.run([], simulator, with: ["BYOK_ANTHROPIC_URL": address])

        #expect(ended.status == 78)
        #expect(ended.stderr.contains("BYOK_ANTHROPIC_URL"))
        #expect(address == "x" || !ended.stderr.contains(address))
        try Self.expectUntouched(stage, simulator)
    }

    @Test(arguments: [
        ["--confirm-after", "soon"], ["--concurrency", "0"], ["--provider", "acme"], ["--batch", "5000"],
        ["--recheck-after", "59m"], ["--recheck-after", "366d"], ["--confirm-after", "366d"],
        ["--confirm-after-slow", "366d"],
    ])
    func `a malformed flag is named`(_ arguments: [String]) throws {
        let (stage, _) = try Self.stage()
        let simulator = try Simulator()

        let ended = try stage.run(arguments, simulator)

        #expect(ended.status == 64)
        #expect(ended.stderr.contains(arguments[0]))
        try Self.expectUntouched(stage, simulator)
    }

    @Test(arguments: ["BYOK_CONFIRM_AFTER", "BYOK_CONCURRENCY", "BYOK_PROVIDER", "BYOK_LEASE_TTL"])
    func `a malformed variable is named, and is the configuration's fault`(_ variable: String) throws {
        let (stage, _) = try Self.stage()
        let simulator = try Simulator()

        let ended = try stage.run([], simulator, with: [variable: "acme"])

        #expect(ended.status == 78)
        #expect(ended.stderr.contains("\(variable) is malformed; expected"))
        try Self.expectUntouched(stage, simulator)
    }

    @Test func `a lease longer than the database gives is refused before it is asked for`() throws {
        let (stage, _) = try Self.stage()
        let simulator = try Simulator()
        #expect(try stage.run([], simulator, with: ["BYOK_LEASE_TTL": "2h"]).status == 78)
        #expect(try stage.run(["--lease-ttl", "2h"], simulator).status == 64)
        try Self.expectUntouched(stage, simulator)
    }

    @Test func `a misspelt canary ends a run before it asks anybody`() throws {
        let (stage, _) = try Self.stage()
        let simulator = try Simulator()

        let ended = try stage.run([], simulator, with: ["BYOK_CANARY_OPENIA": "x"])

        #expect(ended.status == 78)
        #expect(ended.stderr.contains("BYOK_CANARY_OPENAI"))
        try Self.expectUntouched(stage, simulator)
    }

    @Test func `an unknown flag is a usage error`() throws {
        let (stage, _) = try Self.stage()
        #expect(try stage.run(["--no-such-flag"], nil).status == 64)
    }

    @Test func `a database that does not answer within the budget is unavailable`() throws {
        let (stage, _) = try Self.stage()

        let ended = try stage.run(["--reconnect-budget", "1s"], nil, with: ["PGHOST": "/nowhere"])

        #expect(ended.status == 69)
        #expect(ended.outcome == "unavailable")
    }

    @Test func `a database without the schema asks for migrate`() throws {
        let (stage, _) = try Self.stage()
        let empty = try PrivateCluster.shared.makeDatabase()

        let ended = try stage.run([], nil, with: ["PGDATABASE": empty.name])

        #expect(ended.status == 78)
        #expect(ended.stderr.contains("byok migrate"))
    }

    @Test func `a pause holds every run back`() throws {
        let (stage, _) = try Self.stage()
        let simulator = try Simulator()
        _ = try stage.database.psql("select byok.pause('revalidate', 'looking')", role: "byok_operator")

        let ended = try stage.run([], simulator)

        #expect(ended.status == 75)
        try Self.expectUntouched(stage, simulator)
    }

    @Test func `a pause of all jobs holds every run back and says what ends it`() throws {
        let (stage, _) = try Self.stage()
        let simulator = try Simulator()
        _ = try stage.database.psql("select byok.pause('*', 'looking')", role: "byok_operator")

        let ended = try stage.run([], simulator)

        #expect(ended.status == 75)
        #expect(ended.stderr.contains("select byok.resume('*', '<reason>')"))
        try Self.expectUntouched(stage, simulator)
        _ = try stage.database.psql("select byok.resume('*', 'done')", role: "byok_operator")
        #expect(try stage.run([], simulator).status == 0)
    }

    @Test func `keys that row security hides keep a run from beginning`() throws {
        let (stage, _) = try Self.stage()
        let simulator = try Simulator()
        _ = try stage.database.psql(
            "create policy hidden on byok.api_keys as restrictive for select using (provider <> 'anthropic')")

        let ended = try stage.run([], simulator)

        #expect(ended.status == 77)
        #expect(ended.stderr.contains("row security shows 0 of 1 keys"))
        try Self.expectUntouched(stage, simulator)
    }

    @Test(arguments: [
        ["--confirm-after", "0s"], ["--confirm-after", "59m"],
        ["--confirm-after", "48h", "--confirm-after-slow", "24h"],
    ])
    func `short gaps are for databases made for tests`(_ gaps: [String]) throws {
        let (stage, _) = try Self.stage(isTest: false)

        let ended = try stage.run(gaps, nil)

        #expect(ended.status == 78)
        #expect(ended.stderr.contains("BYOK_CONFIRM_AFTER"))
        #expect(try stage.count("byok.job_runs") == 0)
    }

    @Test func `a second run meets the lease and says who holds it`() throws {
        let (stage, _) = try Self.stage()
        let simulator = try Simulator(latency: 3000)
        let first = try Subprocess(Stage.executable, [], environment: stage.environment(simulator))
        try stage.waitForRun()

        let second = try stage.run([], simulator)

        #expect(second.status == 75)
        #expect(second.outcome == "lease_held")
        #expect(second.stderr.contains("since 20"))
        #expect(first.wait().status == 0)
    }
}

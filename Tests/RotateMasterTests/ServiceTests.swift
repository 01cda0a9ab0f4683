import Foundation
import TestSupport
import Testing

/// A rotation beside a service that goes on working.
struct ServiceTests {
    @Test(arguments: [[1], [2], [1, 2]])
    func `nothing is unreadable, lost or skipped while a service writes with the old and the new key`(
        versions: [Int]
    ) async throws {
        let stage = try Stage()
        let service = try Service(stage, try stage.plant(2000))

        let ended = try await service.working(sealingUnder: versions) {
            try stage.run(["run", "--max-rate", "700"])
        }

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(service.complaints == [])
        #expect(service.reads > 50)
        #expect(service.writes > 50)
        // Whoever still seals under the old key is told so once the fence is up, and not before.
        if versions == [2] { #expect(service.refusedByFence == 0) }
        #expect(try stage.count("byok.api_keys where master_key_version <> 2") == 0)
        let texts = try stage.opened(with: [2])
        #expect(texts == service.texts)
    }

    @Test func `a service that locks rows for long does not stop the others from moving`() throws {
        let stage = try Stage()
        let ids = try stage.plant(300)
        let holding = stage.database.beside(
            "begin; select 1 from byok.api_keys where id = '\(ids[7])' for update; select pg_sleep(600)")
        while try stage.count("pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'") == 0 {
            usleep(20_000)
        }

        let child = try stage.start(["run", "--fast"])
        try stage.waitForRotated(299)
        let others = try stage.count("byok.api_keys where master_key_version = 2")
        _ = try stage.database.psql(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"
        )
        let ended = Ended(child.wait())

        #expect(others == 299)
        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.counts["rotated"] == 300)
        #expect(try stage.isWhole(ids, with: [2]))
        _ = holding
    }

    @Test func `a pause holds a sweep that is under way, and status can be read from the database`() throws {
        let stage = try Stage()
        try stage.plant(3000)
        let child = try stage.start(["run", "--max-rate", "500"])
        try stage.waitForRotated(200)

        _ = try stage.database.psql("select byok.pause('rotate-master', 'month end')", role: "byok_operator")
        try stage.wait { try stage.count("byok.rotation_progress where waiting_for = 'pause'") > 0 }
        let held = try stage.count("byok.api_keys where master_key_version = 2")
        usleep(1_000_000)
        #expect(try stage.count("byok.api_keys where master_key_version = 2") == held)
        #expect(held < 3000)
        _ = try stage.database.psql("select byok.resume('rotate-master', 'done')", role: "byok_operator")
        let ended = Ended(child.wait())

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.counts["rotated"] == 3000)
    }
}

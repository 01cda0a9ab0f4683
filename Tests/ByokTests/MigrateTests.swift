import Foundation
import Postgres
import TestSupport
import Testing

@testable import byok

@Suite struct MigrateTests {
    @Test func `every migration in the folder is embedded, in order`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Repository.path("Sources/byok/Migrations"))
        #expect(Migration.all.map { $0.logged.name + ".sql" } == files.filter { $0.hasSuffix(".sql") }.sorted())
    }

    @Test func `two at once install it once, without superuser rights`() throws {
        let database = try OperatorFixture.emptyDatabase()
        let environment = database.environment(role: "byok_owner")
        let first = try Subprocess(OperatorFixture.byok, ["migrate"], environment: environment)
        let second = try Subprocess(OperatorFixture.byok, ["migrate"], environment: environment)
        let statuses = [first.wait().status, second.wait().status]
        #expect(statuses == [0, 0])
        #expect(try database.psql("select count(*) from byok.migrations") == "\(Migration.all.count)")
        #expect(try database.psql("select test from byok.installation") == "f")
        let again = try Subprocess.run(OperatorFixture.byok, ["migrate", "--json"], environment: environment)
        #expect(again.status == 0)
        #expect(again.stdout.contains("\"applied\":0"))
    }

    @Test func `a production database never becomes a test one`() throws {
        let database = try OperatorFixture.emptyDatabase()
        let environment = database.environment(role: "byok_owner")
        #expect(try Subprocess.run(OperatorFixture.byok, ["migrate"], environment: environment).status == 0)
        #expect(try Subprocess.run(OperatorFixture.byok, ["migrate", "--test"], environment: environment).status == 78)
        #expect(try database.psql("select test from byok.installation") == "f")
    }

    @Test func `a newer database is 78, a forbidden one 77, an unreachable one 69`() throws {
        let database = try OperatorFixture.emptyDatabase()
        var environment = database.environment(role: "byok_owner")
        _ = try Subprocess.run(OperatorFixture.byok, ["migrate"], environment: environment)
        _ = try database.psql("insert into byok.migrations (number, name) values (9000, 'later')")
        #expect(try Subprocess.run(OperatorFixture.byok, ["migrate"], environment: environment).status == 78)
        let other = try PrivateCluster.shared.makeDatabase().environment(role: "byok_scan")
        #expect(try Subprocess.run(OperatorFixture.byok, ["migrate"], environment: other).status == 77)
        environment["PGHOST"] = "/nonexistent"
        let gone = try Subprocess.run(
            OperatorFixture.byok, ["migrate", "--reconnect-budget", "0s"], environment: environment)
        #expect(gone.status == 69)
    }

    @Test func `a dry run lists and writes nothing`() throws {
        let database = try OperatorFixture.emptyDatabase()
        let listed = try Subprocess.run(
            OperatorFixture.byok, ["migrate", "--dry-run"], environment: database.environment(role: "byok_owner"))
        #expect(listed.status == 0)
        #expect(listed.stdout.split(separator: "\n").count == Migration.all.count)
        #expect(try database.psql("select count(*) from pg_namespace where nspname = 'byok'") == "0")
    }

    @Test func `nobody queues for long behind a step that waits for a long transaction`() async throws {
        let database = try OperatorFixture.emptyDatabase()
        let environment = database.environment(role: "byok_owner")
        let connection = PostgresConnection(try ConnectionSettings(variables: environment))
        let early = Migration.all.filter { $0.number <= 20 }
        for step in early { _ = try await Migrator(connection, early).apply(step, isTest: false) }
        let holder = database.beside("begin; lock table byok.api_keys in access share mode; select pg_sleep(12)")
        let migrating = try Subprocess(OperatorFixture.byok, ["migrate"], environment: environment)
        let waiting = "select count(*) from pg_locks where not granted and relation = 'byok.api_keys'::regclass"
        for _ in 0..<500 where try database.psql(waiting) == "0" { usleep(10_000) }

        _ = try database.psql("set statement_timeout = '5s'; select count(*) from byok.api_keys")

        #expect(try database.psql("select max(number) from byok.migrations") == "20")
        _ = try await holder.value
        #expect(migrating.wait().status == 0)
    }
}

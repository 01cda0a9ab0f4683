import TestSupport
import Testing

@Suite struct PauseTests {
    @Test func `a job is held and let go by name, with who did it and why`() throws {
        let fixture = try OperatorFixture()
        #expect(try fixture.run(["pause", "rotate-master", "--reason", "launch day", "--dry-run"]).status == 0)
        #expect(try fixture.database.psql("select count(*) from byok.pauses") == "0")

        #expect(try fixture.run(["pause", "rotate-master", "--reason", "launch day"]).status == 0)
        #expect(try fixture.run(["pause", "all", "--reason", "incident 42"]).status == 0)
        #expect(
            try fixture.database.psql("select job, reason from byok.pauses order by job")
                == "*|incident 42\nrotate-master|launch day")
        let resumed = try fixture.run(["resume", "rotate-master", "--reason", "launched", "--json"])
        #expect(resumed.status == 0, "\(resumed.stderr)")
        #expect(resumed.stdout.contains(#""resumed":1"#), "\(resumed.stdout)")
        #expect(try fixture.run(["resume", "rotate-master", "--reason", "again"]).status == 0)
        #expect(try fixture.run(["resume", "all", "--reason", "over"]).status == 0)

        #expect(try fixture.database.psql("select count(*) from byok.pauses") == "0")
        #expect(
            try fixture.database.psql(
                "select string_agg(action, ' ' order by id) from byok.audit_log where action ~ '^job'")
                == "job.paused job.paused job.resumed job.resumed")
    }

    @Test func `another name or no reason is a usage error`() throws {
        let fixture = try OperatorFixture()
        #expect(try fixture.run(["pause", "rotate", "--reason", "x"]).status == 64)
        #expect(try fixture.run(["resume", "rotate-master"]).status == 64)
        #expect(try fixture.run(["pause", "rotate-master", "--reason", " "]).status == 64)
    }
}

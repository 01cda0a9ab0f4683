import Foundation
import TestSupport
import Testing

/// What somebody reads at three in the morning: what happened, to which place, and what comes next. Both programs say
/// the same.
@Suite struct FailureWordsTests {
    private static let programs = [("byok", ["keys", "list"]), ("revalidate", ["run"])]

    private func run(
        _ program: (String, [String]), _ environment: [String: String], further: [String] = []
    ) throws -> Finished {
        try Subprocess.run(
            Repository.products.appending(path: program.0).path,
            program.1 + ["--reconnect-budget", "0s"] + further, environment: environment)
    }

    /// A keyring that reads, so that `revalidate` comes as far as the database.
    private static let keyring = ["BYOK_MASTER_KEYS": "1:" + DoctorDesk.key(1)]

    private func expect(
        _ status: Int32, _ words: [String], of environment: [String: String],
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        for program in Self.programs {
            let finished = try run(program, environment.merging(Self.keyring) { own, _ in own })
            #expect(finished.status == status, "\(program.0): \(finished.stderr)", sourceLocation: location)
            for word in words {
                #expect(finished.stderr.contains(word), "\(program.0): \(finished.stderr)", sourceLocation: location)
            }
            #expect(finished.stderr.contains("next: "), "\(program.0)", sourceLocation: location)
            #expect(finished.stderr.split(separator: "\n").count == 1, "\(finished.stderr)", sourceLocation: location)
        }
    }

    @Test func `a role that may not log in is told with its server, its password and pg_hba, as 77`() throws {
        let environment = try PrivateCluster.shared.makeDatabase().environment(role: "nobody_at_all")
        let server = try #require(environment["PGHOST"])
        try expect(77, ["nobody_at_all", server, "pg_hba.conf", "password", "SQLSTATE 28000"], of: environment)
    }

    @Test func `a database that is not there is named with its server, as 78`() throws {
        var environment = try PrivateCluster.shared.makeDatabase().environment(role: "postgres")
        let server = try #require(environment["PGHOST"])
        environment["PGDATABASE"] = "no_such_database"
        try expect(78, ["there is no database no_such_database at \(server)", "PGDATABASE"], of: environment)
    }

    @Test(arguments: [
        (["PGHOST": "/nonexistent"], "no socket there"),
        (["PGHOST": "127.0.0.1", "PGPORT": "1"], "connection refused"),
        (["PGHOST": "db.invalid", "PGSSLMODE": "verify-full"], "host name not known"),
    ])
    func `a server that does not answer is told with its place and the reason, as 69`(
        place: [String: String], reason: String
    ) throws {
        try expect(
            69, ["no connection to the database at \(place["PGHOST"] ?? "")", reason, "PGPORT"],
            of: place.merging(["PGUSER": "x", "PGDATABASE": "x"]) { $1 })
    }

    @Test func `a database without the schema says what to run, as 78`() throws {
        let environment = try PrivateCluster.shared.makeDatabase().environment(role: "postgres")
        try expect(78, ["byok migrate"], of: environment)
    }

    @Test func `a connection that proves nobody is refused with what to set, as 77`() throws {
        try expect(
            77, ["sslmode", "sslrootcert"],
            of: ["DATABASE_URL": "postgresql://role@db.example.org/app?sslmode=require"])
    }

    @Test(arguments: [
        ("AAAA", "entry 1 (4 bytes) has no colon"), ("0:AAAA", "entry 1 (6 bytes) has no whole number"),
        ("1:!!!", "entry 1 (5 bytes) has no base64"),
        ("1:AAAA", "entry 1 (6 bytes) holds a key of 3 bytes; expected 32"),
        ("\n \n", "has no entry"),
        ("1:\(DoctorDesk.key(1)),1:\(DoctorDesk.key(1))", "entry 2 (46 bytes) repeats version 1"),
    ])
    func `a malformed keyring is told by entry and length, in a sentence`(text: String, words: String) throws {
        for program in [("byok", ["master-keys", "register"]), ("revalidate", ["run"])] {
            let finished = try run(program, ["BYOK_MASTER_KEYS": text, "PGHOST": "/nonexistent"])
            #expect(finished.status == 78, "\(program.0): \(finished.stderr)")
            #expect(finished.stderr.contains(words), "\(program.0): \(finished.stderr)")
            #expect(finished.stderr.contains("next: write one version:base64 entry a line"), "\(program.0)")
            for name in ["malformedKeyring", "fault:", "entry:"] { #expect(!finished.stderr.contains(name)) }
        }
    }

    @Test func `a secret's file that cannot be read is told in words`() throws {
        for program in [("byok", ["master-keys", "register"]), ("revalidate", ["run"])] {
            let finished = try run(program, ["BYOK_MASTER_KEYS_FILE": "/nonexistent/x", "PGHOST": "/nonexistent"])
            #expect(finished.status == 78)
            #expect(finished.stderr.contains("BYOK_MASTER_KEYS_FILE names a file that cannot be opened: No such file"))
            #expect(!finished.stderr.contains("errno"))
        }
    }

    @Test func `a folder that cannot be used is told in words, with the next step`() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "byok-file-\(UUID().uuidString)").path
        try Data().write(to: URL(filePath: file))
        let finished = try Subprocess.run(
            DoctorDesk.executable, ["master-keys", "generate", "--key-version", "1", "--to-file", file + "/below"])
        #expect(finished.status == 74)
        #expect(finished.stderr.contains("could not open the folder \(file): a part of it is not a folder"))
        #expect(finished.stderr.contains("next: name a folder"))
    }
}

import Foundation
import TestSupport
import Testing

/// A password with a character that a URL reserves must not become a host, a port, a role or a database in a message.
@Suite struct PlantedPasswordTests {
    /// What the URLs carry: no four of its characters in a row are a word of ours.
    private static let pieces = ["Zq7xKw", "Vj9tRm", "Xh3bLp"]

    private static let urls: [String] = [
        "@", "/", "%", ":", "#", "?", "[", "]", " ", "\\", ",", "=", "&", "'", "//", "@@",
    ]
    .flatMap { mark in
        let password = pieces.joined(separator: mark)
        return [
            "postgresql://role:\(password)@127.0.0.1:1/app",
            "postgres://role:\(password)@127.0.0.1/app?sslmode=disable",
            "postgresql://role:\(password)@", "postgresql://role:\(password)",
            "postgresql://:\(password)@127.0.0.1:1/app",
            "postgresql://role:\(password)/app", "postgresql:/role:\(password)@127.0.0.1:1/app",
            "postgresq1://role:\(password)@127.0.0.1:1/app", "role:\(password)@127.0.0.1:1/app",
            "postgresql://role:\(password)@127.0.0.1:1/app?sslmode=\(password)",
            "postgresql://role@127.0.0.1:1/app?password=\(password)",
            "host=127.0.0.1 port=1 user=role password=\(password)",
            "host=127.0.0.1 port=1 password=\(password) dbname=app", "host=127.0.0.1 port=1 password='\(password)",
            "postgresql://role:x@127.0.0.1:\(password)/app", "password=\(password)",
        ]
    }

    private func expectSilence(_ environment: [String: String], _ location: SourceLocation = #_sourceLocation) throws {
        for command in [["keys", "list", "--json"], ["doctor", "--json"]] {
            let finished = try Subprocess.run(
                DoctorDesk.executable, command + ["--reconnect-budget", "0s"], environment: environment)
            #expect(finished.status != 0, sourceLocation: location)
            let said = finished.stdout + finished.stderr
            for piece in Self.pieces {
                for start in 0...(piece.count - 4) where said.contains(piece.dropFirst(start).prefix(4)) {
                    Issue.record("a piece is shown for \(environment): \(said)", sourceLocation: location)
                }
            }
        }
    }

    @Test(arguments: urls) func `a malformed URL shows no piece of its password`(url: String) throws {
        try expectSilence(["DATABASE_URL": url])
    }

    @Test(arguments: ["PGHOST", "PGDATABASE", "PGUSER", "PGPORT", "PGHOSTADDR", "PGSSLMODE"])
    func `a URL in the place of a name shows nothing of it`(variable: String) throws {
        let url = "postgresql://role:\(Self.pieces.joined(separator: "@"))@127.0.0.1/app"
        try expectSilence(["PGHOST": "127.0.0.1", "PGPORT": "1"].merging([variable: url]) { $1 })
    }

    @Test func `an unescaped character is told with how to write it, an escaped one is taken`() throws {
        func list(_ password: String) throws -> Finished {
            try Subprocess.run(
                DoctorDesk.executable, ["keys", "list", "--reconnect-budget", "0s"],
                environment: ["DATABASE_URL": "postgresql://role:\(password)@127.0.0.1:1/app"])
        }
        let raw = try list("Zq7x@Kw")
        #expect(raw.status == 78)
        #expect(raw.stderr.contains("DATABASE_URL is malformed"))
        #expect(raw.stderr.contains("%40"))
        let escaped = try list("Zq7x%40Kw%2F")
        #expect(escaped.status == 69)
        #expect(escaped.stderr.contains("127.0.0.1:1: connection refused"))
    }
}

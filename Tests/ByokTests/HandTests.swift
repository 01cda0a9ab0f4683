import Foundation
import TestSupport
import Testing

/// A command that a person gives says what it did, and offers what it can do.
@Suite struct HandTests {
    @Test func `what was done is one line on standard output, unless it is to be quiet`() throws {
        let fixture = try OperatorFixture()
        let line = #"{"user_id":"\#(DoctorDesk.alice)","provider":"groq","label":"a","key":"\#(MadeUp.groq(7))"}"#
        for (arguments, input, words) in [
            (["migrate"], "", "the schema is up to date"), (["master-keys", "register"], "", "already 1"),
            (["keys", "import", "-"], line, "1 keys added, 0 already there"),
        ] {
            let finished = try fixture.run(arguments, with: fixture.keyring, input: input)
            #expect(finished.status == 0, "\(finished.stderr)")
            #expect(finished.stdout.contains(words), "\(finished.stdout)")
            #expect(finished.stdout.split(separator: "\n").count == 1)
            #expect(finished.stderr.isEmpty)
            let quiet = try fixture.run(arguments + ["--quiet"], with: fixture.keyring, input: input)
            #expect(quiet.status == 0)
            #expect((quiet.stdout + quiet.stderr).isEmpty)
        }
        let id = try fixture.database.psql("select id from byok.api_keys")
        for (flags, words) in [(["--dry-run"], "nothing was deleted"), ([], "deleted 1")] {
            let finished = try fixture.run(["keys", "delete", id, "--confirm", "a test"] + flags)
            #expect(finished.stdout.contains(words), "\(finished.stdout)")
        }
    }

    @Test func `a key sent to standard output has that to itself`() throws {
        let finished = try Subprocess.run(
            "/bin/sh", ["-c", "umask 077; \"$0\" master-keys generate --key-version 3", DoctorDesk.executable])
        #expect(finished.status == 0)
        #expect(finished.stdout.wholeMatch(of: /3:[A-Za-z0-9+\/]{43}=\n/) != nil)
    }

    @Test func `a file of keys that standard output appends to gets keys and nothing else`() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "byok-keys-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        let script = "umask 077; \"$0\" master-keys generate --key-version 3 $1 >> \"$2\""
        for (flags, variables, status) in [
            ("", [:], 0), ("--dry-run", [:], 0), ("", ["BYOK_DRY_RUN": "1"], 0), ("", ["BYOK_JSON": "1"], 0),
            ("--json", [:], 64),
        ] as [(String, [String: String], Int32)] {
            let finished = try Subprocess.run(
                "/bin/sh", ["-c", script, DoctorDesk.executable, flags, file], environment: variables)
            #expect(finished.status == status, "\(flags) \(variables): \(finished.stderr)")
        }
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text.wholeMatch(of: /(3:[A-Za-z0-9+\/]{43}=\n){2}/) != nil)
    }

    @Test(arguments: [
        ["status"], ["doctor"], ["pick"], ["keys", "list"], ["keys", "show"], ["master-keys", "list"],
    ])
    func `a command that only reads offers nothing that has no meaning for it`(command: [String]) throws {
        let help = try Subprocess.run(DoctorDesk.executable, command + ["--help"]).stdout
        #expect(help.contains("--json"))
        for flag in ["--dry-run", "--metrics-file", "--max-duration", "--no-input", "--log-format", "--verbose"] {
            #expect(!help.contains(flag), "\(command) offers \(flag)")
        }
        #expect(help.contains("--report-dir") == (command == ["doctor"]))
    }

    @Test func `variables of the jobs do not steer commands by hand`() throws {
        let fixture = try OperatorFixture()
        let metrics = FileManager.default.temporaryDirectory.appending(path: "byok-metrics-\(UUID().uuidString)").path
        let finished = try fixture.run(
            ["master-keys", "register"], with: fixture.keyring.merging(["BYOK_METRICS_FILE": metrics]) { $1 })
        #expect(finished.status == 0)
        #expect(!FileManager.default.fileExists(atPath: metrics))
    }
}

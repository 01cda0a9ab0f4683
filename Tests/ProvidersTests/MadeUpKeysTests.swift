import Foundation
import Providers
import TestSupport
import Testing

@Suite struct MadeUpKeysTests {
    private struct Line: Decodable {
        let id: UUID
        let user_id: UUID
        let provider: Provider
        let label: String
        let key: String
    }

    private func make(_ arguments: [String], in folder: TemporaryFolder) throws -> (keys: String, script: String) {
        let files = ["--import-file", folder.path("keys"), "--script-file", folder.path("made")]
        let ended = try Subprocess.run(Simulator.executable, ["make-keys"] + arguments + files)
        try #require(ended.status == 0, "\(ended.stderr)")
        return (try folder.read("keys"), try folder.read("made"))
    }

    private func lines(_ text: String) throws -> [Line] {
        try text.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    }

    @Test func `the same seed makes the same files, another one other keys`() throws {
        let folder = try TemporaryFolder()
        let first = try make(["--count", "400", "--users", "90", "--seed", "7"], in: folder)
        let again = try make(["--count", "400", "--users", "90", "--seed", "7"], in: folder)
        let other = try make(["--count", "400", "--users", "90", "--seed", "8"], in: folder)
        #expect(first == again)
        #expect(Set(try lines(first.keys).map(\.key)).isDisjoint(with: try lines(other.keys).map(\.key)))
        for name in ["keys", "made"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.path(name))
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func `every key is one its provider issues, and no user has two under one label`() throws {
        let folder = try TemporaryFolder()
        let all = try lines(make(["--count", "1000", "--users", "90"], in: folder).keys)
        #expect(all.count == 1000)
        #expect(Set(all.map(\.id)).count == 1000)
        #expect(Set(all.map(\.user_id)).count == 90)
        #expect(Set(all.map(\.key)).count == 1000)
        #expect(Set(all.map { "\($0.user_id) \($0.provider) \($0.label)" }).count == 1000)
        #expect(Set(all.map(\.provider)) == Set(Provider.allCases))
        for provider in Provider.allCases {
            let length = provider.decoyKey(seed: 1).count
            #expect(all.filter { $0.provider == provider }.allSatisfy { $0.key.utf8.count == length })
        }
    }

    @Test func `the simulator knows exactly these keys, and as many are dead as was said`() async throws {
        let folder = try TemporaryFolder()
        let flags = ["--count", "400", "--dead-percent", "10", "--exhausted-percent", "5", "--restricted-percent", "0"]
        let made = try make(flags + ["--refuse-others", "--flaky-percent", "0"], in: folder)
        let simulator = try Simulator(script: made.script)
        let checking = try Checking(simulator)
        var counts: [Verdict: Int] = [:]
        for line in try lines(made.keys) where line.provider == .anthropic {
            counts[await checking.ask(.anthropic, Array(line.key.utf8)).judgement.verdict, default: 0] += 1
        }
        #expect(counts == [.valid: 85, .refused: 10, .exhausted: 5])
        let stranger = await checking.ask(.anthropic, Provider.anthropic.decoyKey(seed: 999_999))
        #expect(stranger.judgement.verdict == .refused)
        await checking.shutDown()
    }

    @Test func `percents that make no sense are refused`() throws {
        for flags in [["--dead-percent", "101"], ["--dead-percent=-1"], ["--dead-percent", "99"], ["--count", "0"]] {
            #expect(try Subprocess.run(Simulator.executable, ["make-keys"] + flags).status == 64)
        }
    }
}

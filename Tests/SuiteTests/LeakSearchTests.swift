import Foundation
import Planted
import TestSupport
import Testing

/// A search that finds nothing proves nothing, unless it finds what was planted.
@Suite struct LeakSearchTests {
    /// As test keys are, and as no pattern can know.
    private static let planted = PlantedAlphabet.letters(40, 12)
    private static let other = "Vn5cRj8sGm4yHuQeZq7Kd92hPfLw3xTb"

    /// A file for each text; which of them the search names.
    private func found(_ texts: [(name: String, bytes: [UInt8])]) throws -> Set<String> {
        let folder = FileManager.default.temporaryDirectory.appending(path: "byok-planted-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for text in texts {
            let line = Array("level=info error=\"".utf8) + text.bytes + Array("\" after 3 attempts\n".utf8)
            try Data(line).write(to: folder.appending(path: text.name))
        }
        let paths = try LeakSearch.findings(in: [folder.path], secrets: [Self.other])
        return Set(paths.map { URL(filePath: $0).lastPathComponent })
    }

    @Test(arguments: 0..<12)
    func `eight characters are found in every form, wherever they begin`(start: Int) throws {
        for (key, kind) in [(Self.planted, "planted"), (Self.other, "given")] {
            let forms = LeakForms.of(String(key.dropFirst(start).prefix(8)))
            #expect(forms.count == 20)
            #expect(try found(forms) == Set(forms.map(\.name)), "\(kind)")
        }
    }

    @Test func `characters of 16 bits are found at the head of a long file`() throws {
        let key = LeakForms.of(String(Self.planted.prefix(8))).first { $0.name.contains("16") }
        let wide = try #require(key).bytes + Array(repeating: UInt8(ascii: "."), count: 2 << 20)
        #expect(try found([("long", wide)]) == ["long"])
    }

    @Test func `a path that cannot be read ends the search with 70`() throws {
        let simulator = Repository.products.appending(path: "provider-simulator").path
        let finished = try Subprocess.run(Repository.path("scripts/search-leaks"), [simulator, "/no/such/folder"])
        #expect(finished.status == 70)
        #expect(finished.stderr.contains("not all could be read"))
    }

    @Test func `seven characters, prefixes, digests and numbers are no leak`() throws {
        var state: UInt64 = 1
        // The same noise each time: chance makes eight fitting characters once in 30 MB of it.
        let noise = (0..<150_000).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(state >> 56)
        }
        let harmless = [
            String(Self.planted.prefix(7)), String(Self.other.prefix(7)), "key_prefix=sk-a shape sk-ant-api03-",
            noise.map { String(format: "%02x", $0) }.joined(), Data(noise).base64EncodedString(),
            noise.map { String($0) }.joined(separator: ","),
        ]
        let forms = harmless.enumerated().map { (name: "\($0)", bytes: Array($1.utf8)) }
        #expect(try found(forms) == [])
    }

    @Test func `keys of every provider are of the kind that is found`() throws {
        let made = FileManager.default.temporaryDirectory.appending(path: "byok-made-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: made, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: made) }
        let simulator = Repository.products.appending(path: "provider-simulator").path
        let ended = try Subprocess.run(
            simulator, ["make-keys", "--count", "60", "--even", "--import-file", made.path + "/keys"])
        #expect(ended.status == 0)
        let lines = try String(contentsOfFile: made.path + "/keys", encoding: .utf8).split(separator: "\n")
        let forms = lines.enumerated().map { (name: "\($0)", bytes: Array($1.utf8)) }
        #expect(forms.count == 60)
        #expect(try found(forms).count == 60)
    }

    @Test func `a search that cannot find ends with 70`() throws {
        let blind = FileManager.default.temporaryDirectory.appending(path: "byok-blind-\(UUID().uuidString)").path
        let script = "#!/bin/sh\n[ \"$2\" != --control ] || exec \"$SIMULATOR\" \"$@\"\necho 'no such text'\n"
        _ = FileManager.default.createFile(
            atPath: blind, contents: Data(script.utf8), attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: blind) }
        let simulator = Repository.products.appending(path: "provider-simulator").path
        let finished = try Subprocess.run(
            Repository.path("scripts/search-leaks"), [blind, "/etc/hostname"], environment: ["SIMULATOR": simulator])
        #expect(finished.status == 70)
        #expect(finished.stderr.contains("proves nothing"))
    }
}

import Foundation
import Testing

@testable import Secrets

/// What a `_FILE` variable may name, without touching the environment of the other tests.
struct SecretFileTests {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "secret-file-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    @Test(arguments: [("abc", "abc"), ("abc\n", "abc"), ("abc\r\n", "abc"), ("abc\n\n", "abc\n"), (" abc", " abc")])
    func `one line end is not part of the secret`(_ content: String, _ secret: String) throws {
        #expect(try read(makeFile(content)) == Array(secret.utf8))
    }

    @Test(arguments: ["", "\n", "\r\n"])
    func `a file without a secret is empty`(_ content: String) throws {
        let file = try makeFile(content)
        #expect(throws: fault(.empty)) { try read(file) }
    }

    @Test func `a secret may be as long as the limit and no longer`() throws {
        let fits = try makeFile(String(repeating: "x", count: 100) + "\r\n")
        #expect(try read(fits, maximum: 100).count == 100)

        for count in [101, 102, 5_000] {
            let file = try makeFile(String(repeating: "x", count: count))
            #expect(throws: fault(.tooLong(byteCount: count, maximum: 100))) { try read(file, maximum: 100) }
        }
    }

    @Test(arguments: [0o644, 0o604, 0o640 | 0o004, 0o602, 0o601, 0o620, 0o660, 0o777])
    func `a file open to others is refused`(_ mode: Int) throws {
        let file = try makeFile("abc", mode: mode)
        let refusal = fault(.openToOthers(mode: UInt32(mode)))
        #expect(refusal.isNotPermitted)
        #expect(throws: refusal) { try read(file) }
    }

    @Test(arguments: [0o600, 0o400])
    func `a file of our own is read`(_ mode: Int) throws {
        #expect(try read(makeFile("abc", mode: mode)) == Array("abc".utf8))
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to give files away"))
    func `the group may read what root gave to our group, as Kubernetes does`() throws {
        let ours = try makeFile("abc", mode: 0o440)
        #expect(try read(ours) == Array("abc".utf8))

        let theirs = try makeFile("abc", mode: 0o440)
        #expect(chown(theirs, 0, 54_321) == 0)
        #expect(throws: fault(.openToOthers(mode: 0o440))) { try read(theirs) }
    }

    @Test(arguments: [(0, 7, true), (7, 7, true), (7, 0, true), (7, 8, false)])
    func `a file of another user is for root alone`(owner: uid_t, reader: uid_t, isTrusted: Bool) {
        #expect(SecretFile.trusts(owner, for: reader) == isTrusted)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to give files away"))
    func `root reads what belongs to the user of the jobs, if it is private`() throws {
        let file = try makeFile("abc")
        #expect(chown(file, 54_321, 0) == 0)
        #expect(try read(file) == Array("abc".utf8))
        #expect(chmod(file, 0o640) == 0)
        #expect(throws: fault(.openToOthers(mode: 0o640))) { try read(file) }
    }

    @Test func `Kubernetes' links are followed, and what they lead to is checked`() throws {
        let data = folder.appending(path: "..2026_01_01")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: false)
        let file = try makeFile("abc", mode: 0o400, name: "..2026_01_01/key")
        #expect(symlink("..2026_01_01", folder.appending(path: "..data").path) == 0)
        #expect(symlink("..data/key", folder.appending(path: "key").path) == 0)
        #expect(try read(folder.appending(path: "key").path) == Array("abc".utf8))

        #expect(chmod(file, 0o444) == 0)
        let link = folder.appending(path: "key").path
        #expect(throws: fault(.openToOthers(mode: 0o444))) { try read(link) }
    }

    @Test(.timeLimit(.minutes(1)))
    func `what is not a regular file is refused at once`() throws {
        let pipe = folder.appending(path: "pipe").path
        #expect(mkfifo(pipe, 0o600) == 0)
        let link = folder.appending(path: "zero").path
        #expect(symlink("/dev/zero", link) == 0)

        for path in [pipe, link, "/dev/zero", "/dev/null", folder.path] {
            #expect(throws: fault(.notARegularFile)) { try read(path) }
        }
    }

    @Test func `a file that is not there says so`() {
        #expect(throws: fault(.cannotOpen(errno: ENOENT))) { try read(folder.path + "/nothing") }
        #expect(throws: fault(.cannotOpen(errno: ENOTDIR))) { try read("/dev/null/key") }
        #expect(fault(.cannotOpen(errno: EACCES)).isNotPermitted)
        #expect(!fault(.cannotOpen(errno: ENOENT)).isNotPermitted)
    }

    @Test func `an error names the variable and no path`() throws {
        for reason: SecretSourceError.Reason in [
            .setTwice, .empty, .cannotOpen(errno: 2), .cannotRead(errno: 5), .notARegularFile,
            .openToOthers(mode: 0o644), .ownedByAnotherUser, .tooLong(byteCount: 9, maximum: 8),
            .notBase64(byteCount: 44), .wrongLength(byteCount: 31, expected: 32),
        ] {
            #expect("\(fault(reason))".hasPrefix("TEST_FILE "))
        }
        #expect("\(fault(.wrongLength(byteCount: 31, expected: 32)))".contains("31 bytes, expected 32"))
    }

    private func makeFile(_ content: String, mode: Int = 0o600, name: String = UUID().uuidString) throws -> String {
        let url = folder.appending(path: name)
        try Data(content.utf8).write(to: url)
        #expect(chmod(url.path, mode_t(mode)) == 0)
        return url.path
    }

    @discardableResult
    private func read(_ path: String, maximum: Int = 4_096) throws -> [UInt8] {
        try SecretFile(path, variable: "TEST_FILE").read(maximum).copiedOut
    }

    private func fault(_ reason: SecretSourceError.Reason) -> SecretSourceError {
        SecretSourceError(variable: "TEST_FILE", reason: reason)
    }
}

import Foundation
import Testing

@testable import Secrets

/// Each in a process of its own: the environment belongs to the whole process.
struct SecretSourceTests {
    @Test func `a variable's value is gone from the process after reading`() async {
        await #expect(processExitsWith: .success) {
            // Inherited, so it stands where the kernel put it at the start.
            let path = try #require(ProcessInfo.processInfo.environment["PATH"])
            let before = try Data(contentsOf: URL(filePath: "/proc/self/environ"))
            #expect(before.range(of: Data(path.utf8)) != nil)

            let secret = try #require(try read("PATH"))

            #expect(secret == Array(path.utf8))
            let after = try Data(contentsOf: URL(filePath: "/proc/self/environ"))
            #expect(after.count == before.count)
            #expect(after.range(of: Data(path.utf8)) == nil)
            #expect(getenv("PATH") == nil)
            let again = try read("PATH")
            #expect(again == nil)
        }
    }

    @Test func `neither set is no secret, and both set is refused and erased`() async {
        await #expect(processExitsWith: .success) {
            let nothing = try read("TEST_SECRET")
            #expect(nothing == nil)

            setenv("TEST_SECRET", "abc", 1)
            setenv("TEST_SECRET_FILE", "/nowhere", 1)
            #expect(throws: SecretSourceError(variable: "TEST_SECRET", reason: .setTwice)) {
                try read("TEST_SECRET")
            }
            #expect(getenv("TEST_SECRET") == nil)
            #expect(throws: SecretSourceError(variable: "TEST_SECRET_FILE", reason: .cannotOpen(errno: ENOENT))) {
                try read("TEST_SECRET")
            }
        }
    }

    @Test func `a file that is missing is told in words, with what to do, and not by its path`() async {
        await #expect(processExitsWith: .success) {
            setenv("TEST_SECRET_FILE", "/nowhere/at/all", 1)
            let error = #expect(throws: SecretSourceError.self) { try read("TEST_SECRET") }
            #expect(
                error?.description == "TEST_SECRET_FILE names a file that cannot be opened: No such file or directory")
            #expect(error?.reason.advice == "name a file that is there")
        }
    }

    @Test func `an empty or endless variable is refused with its length`() async {
        await #expect(processExitsWith: .success) {
            for (value, reason): (String, SecretSourceError.Reason) in [
                ("", .empty), ("\n", .empty),
                (String(repeating: "x", count: 70_000), .tooLong(byteCount: 70_000, maximum: 65_536)),
            ] {
                setenv("TEST_SECRET", value, 1)
                #expect(throws: SecretSourceError(variable: "TEST_SECRET", reason: reason)) {
                    try read("TEST_SECRET")
                }
                #expect(getenv("TEST_SECRET") == nil)
            }
            setenv("TEST_SECRET_FILE", "", 1)
            #expect(throws: SecretSourceError(variable: "TEST_SECRET_FILE", reason: .empty)) {
                try read("TEST_SECRET")
            }
        }
    }

    @Test func `a key of 31 or 33 bytes is refused with its length, one of 32 taken`() async {
        await #expect(processExitsWith: .success) {
            for count in [31, 32, 33] {
                let key = patternBytes(count, seed: 1)
                setenv("TEST_SECRET", Data(key).base64EncodedString() + "\n", 1)
                do {
                    let found = try SecretSource.readBase64("TEST_SECRET", byteCount: 32)?.copiedOut
                    #expect(count == 32 && found == key)
                } catch let error as SecretSourceError {
                    let reason = SecretSourceError.Reason.wrongLength(byteCount: count, expected: 32)
                    #expect(count != 32 && error == SecretSourceError(variable: "TEST_SECRET", reason: reason))
                }
            }
            setenv("TEST_SECRET", "no base64!", 1)
            #expect(throws: SecretSourceError(variable: "TEST_SECRET", reason: .notBase64(byteCount: 10))) {
                _ = try SecretSource.readBase64("TEST_SECRET", byteCount: 32)
            }
        }
    }
}

@discardableResult
private func read(_ name: String) throws -> [UInt8]? {
    try SecretSource.read(name)?.copiedOut
}

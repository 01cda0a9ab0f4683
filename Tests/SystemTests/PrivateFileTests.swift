import Foundation
import TestSupport
import Testing

@testable import System

@Suite struct PrivateFileTests {
    let folder = FileManager.default.temporaryDirectory.appending(path: "byok-system-\(UUID().uuidString)").path

    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test func `files are for their owner only, whatever the umask`() async {
        await #expect(processExitsWith: .success) { [folder = folder as String] in
            umask(0)
            let made = try PrivateFolder.make(folder + "/a/b")
            try made.write([1, 2, 3], as: "report")
            let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/a/b/report")
            guard attributes[.posixPermissions] as? Int == 0o600 else { exit(1) }
            let outer = try FileManager.default.attributesOfItem(atPath: folder + "/a")
            guard outer[.posixPermissions] as? Int == 0o700 else { exit(2) }
        }
    }

    @Test func `writing replaces the file as a whole and leaves nothing else behind`() throws {
        let made = try PrivateFolder.make(folder)
        try made.write([UInt8](repeating: 65, count: 100_000), as: "x")
        try made.write([66], as: "x")
        #expect(try made.read("x", limit: 10) == [66])
        #expect(try made.names() == ["x"])
        #expect(try mode(folder + "/x") == 0o600)
    }

    @Test func `a link in the file's place is replaced, and what it points to is left alone`() throws {
        let made = try PrivateFolder.make(folder)
        try made.write([1], as: "victim")
        try FileManager.default.createSymbolicLink(atPath: folder + "/x", withDestinationPath: folder + "/victim")
        #expect(throws: SystemError(.symbolicLink, .openFile, path: folder + "/x")) { try made.read("x", limit: 10) }
        try made.write([2], as: "x")
        #expect(try made.read("victim", limit: 10) == [1])
        #expect(try made.read("x", limit: 10) == [2])
    }

    @Test func `a folder that is a link is refused`() throws {
        _ = try PrivateFolder.make(folder + "/real")
        try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: folder + "/real")
        #expect(throws: SystemError(.symbolicLink, .openFolder, path: folder + "/link")) {
            _ = try PrivateFolder.make(folder + "/link")
        }
        let outer = try PrivateFolder.open(folder)
        #expect(throws: SystemError(.symbolicLink, .openFolder, path: folder + "/link")) {
            _ = try outer.folder("link")
        }
    }

    @Test(arguments: ["", ".", "..", "a/b", "a\0b"])
    func `a name is one component`(name: String) throws {
        let made = try PrivateFolder.make(folder)
        #expect(throws: SystemError(.badName, .createFile, path: folder + "/" + name)) {
            try made.write([1], as: name)
        }
    }

    @Test func `renaming never replaces`() throws {
        let made = try PrivateFolder.make(folder)
        _ = try made.folder("new")
        _ = try made.folder("old")
        #expect(throws: SystemError(.alreadyThere, .rename, path: folder + "/old")) {
            try made.rename("new", to: "old")
        }
        try made.rename("new", to: "newer")
        #expect(try made.names() == ["newer", "old"])
    }

    @Test func `a file dropped before its end leaves nothing`() throws {
        let made = try PrivateFolder.make(folder)
        do {
            let file = try PrivateFile.begin("x", in: made)
            try file.append([1, 2].span)
        }
        #expect(try made.names().isEmpty)
    }

    @Test func `a longer file than expected is an error`() throws {
        let made = try PrivateFolder.make(folder)
        try made.write([1, 2, 3], as: "x")
        #expect(throws: SystemError(.tooLarge, .read, path: folder + "/x")) { try made.read("x", limit: 2) }
    }

    @Test func `a missing folder is told apart`() {
        #expect(throws: SystemError(.notFound, .openFolder, path: "/nowhere/at/all")) {
            try PrivateFile.write([1], to: "/nowhere/at/all/x")
        }
    }

    @Test(.enabled(if: getuid() == 0, "mounting a tmpfs needs root"))
    func `a full and a read-only file system are told apart, and the earlier file stays`() throws {
        _ = try PrivateFolder.make(folder)
        let mounted = try Subprocess.run("/bin/mount", ["-t", "tmpfs", "-o", "size=64k", "none", folder])
        guard mounted.status == 0 else { return }
        defer { _ = try? Subprocess.run("/bin/umount", ["-l", folder]) }
        do {
            let made = try PrivateFolder.open(folder)
            try made.write([7], as: "x")
            #expect(throws: SystemError(.noSpace, .write, path: folder + "/x")) {
                try made.write([UInt8](repeating: 0, count: 1 << 20), as: "x")
            }
            #expect(try made.read("x", limit: 10) == [7])
            #expect(try made.names() == ["x"])
        }
        #expect(try Subprocess.run("/bin/mount", ["-o", "remount,ro", folder]).status == 0)
        let made = try PrivateFolder.open(folder)
        #expect(throws: SystemError(.readOnly, .createFile, path: folder + "/x")) { try made.write([8], as: "x") }
    }

    /// A folder opened for its path alone takes new names, and refuses to be synced.
    private func unsyncable(_ path: String) throws -> PrivateFolder {
        let pathOnly: Int32 = 0o10_000_000  // O_PATH of asm-generic/fcntl.h, which Glibc's module leaves out
        let number = open(path, pathOnly | O_DIRECTORY)
        try #require(number >= 0)
        return PrivateFolder(path: path, descriptor: FileDescriptor(number: number))
    }

    @Test func `a name that was given and may not outlive a crash is told from one that was not`() throws {
        try PrivateFolder.make(folder).write([1], as: "a")
        let made = try unsyncable(folder)

        let renamed = #expect(throws: SystemError.self) { try made.rename("a", to: "b") }
        #expect(renamed?.isPerhapsNotDurable == true)
        #expect(try PrivateFile.read(folder + "/b", limit: 1) == [1])

        let missing = #expect(throws: SystemError.self) { try made.rename("a", to: "c") }
        #expect(missing?.isPerhapsNotDurable == false)

        let written = #expect(throws: SystemError.self) { try made.write([2], as: "d") }
        #expect(written?.isPerhapsNotDurable == true)
        #expect(try PrivateFile.read(folder + "/d", limit: 1) == [2])
    }

    @Test func `every reason has words, the system's own among them`() {
        #expect(SystemError.Reason(errno: EIO).description == "Input/output error (EIO)")
        #expect(SystemError.Reason(errno: EBADF).description == "Bad file descriptor (EBADF)")
        #expect(SystemError.Reason(errno: ENOTDIR).description == "a part of it is not a folder")
        #expect(SystemError.Reason(errno: 4095).description == "Unknown error 4095")
    }
}

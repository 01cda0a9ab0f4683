import Fingerprints
import Foundation
import Providers
import ScanCorpus
import Secrets
import TestSupport
import Testing

@testable import LogSources
@testable import Scanner

struct SourceListTests {
    @Test func `a name that is not UTF-8 is told with its bytes, found or named`() throws {
        let logs = try LogFolder()
        let folder = logs.path
        _ = try Subprocess.run("/bin/sh", ["-c", #"cd "$1" && echo x >"$(printf 'a\377b.log')""#, "sh", folder])
        _ = try logs.write(Array("y\n".utf8), "fine.log")
        for name in [folder, folder + "/*.log"] {
            let list = SourceList([name])
            #expect(list.files == [folder + "/fine.log"])
            #expect(list.problems.map(\.path) == [folder + #"/a\xFFb.log"#])
            #expect(list.problems.map(\.problem) == [.nameNotText])
        }
        #expect(SourceList([folder + "/a\u{FFFD}b.log"]).problems.map(\.problem) == [.nameNotText])
        #expect(SourceList([folder + "/none.log"]).problems.map(\.problem) == [.missing])
    }

    @Test func `folders are searched, patterns matched, and links to folders told`() throws {
        let folder = try LogFolder()
        for name in ["a.log", "b.log", "c.txt"] { _ = try folder.write([10], name) }
        try FileManager.default.createDirectory(atPath: folder.path + "/deep/er", withIntermediateDirectories: true)
        _ = try folder.write([10], "deep/er/d.log")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/loop", withDestinationPath: folder.path)
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/dangling", withDestinationPath: "/none")
        let all = SourceList([folder.path])
        #expect(
            all.files.map { String($0.dropFirst(folder.path.count + 1)) } == [
                "a.log", "b.log", "c.txt", "deep/er/d.log",
            ])
        #expect(all.problems.map(\.problem) == [.missing, .link])
        #expect(SourceList([folder.path + "/*.log", folder.path + "/a.log"]).files.count == 2)
        #expect(SourceList([folder.path + "/*.none"]).problems.map(\.problem) == [.missing])
    }

    @Test func `two spellings of a letter are two files`() throws {
        let folder = try LogFolder()
        let names = ["caf\u{E9}.log", "cafe\u{301}.log"]
        #expect(names[0] == names[1])
        for name in names { _ = try folder.write([10], name) }
        #expect(SourceList([folder.path]).files.count == 2)
        #expect(SourceList(names.map { folder.path + "/" + $0 } + [folder.path]).files.count == 2)
    }
}

import Batch
import Foundation
import Testing

@testable import audit_scan

struct ScanStateTests {
    @Test func `a name in an older state file is what it says, and stays so when it is written anew`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "byok-state-" + UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let mark =
            #"{"device":1,"inode":2,"offset":30,"lines":4,"beginning":"","beginningLength":0,"ending":"","told":[]}"#
        try Data(#"{"version":1,"files":{"/l/%41 ü.log":\#(mark)}}"#.utf8).write(to: URL(filePath: path))

        let old = try ScanState.read(path)
        try old.write(to: path)
        let new = try ScanState.read(path)

        #expect(old.files.keys.map(\.text) == ["/l/%41 ü.log"])
        #expect(new.files == old.files)
        #expect(try String(contentsOfFile: path, encoding: .utf8).contains(#""version" : 2"#))
    }

    @Test(arguments: [
        (-1, 0, 0), (3, -1, 0), (3, 4, 0), (3, 0, -1), (3, 0, 4), (9_000, 0, 4_097), (3, .max, 0), (.min, 0, 0),
    ])
    func `a mark that no scan leaves is an error, not the end of the run`(offset: Int, lines: Int, length: Int) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "byok-state-" + UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let mark =
            #"{"device":1,"inode":2,"offset":\#(offset),"lines":\#(lines),"beginning":"","beginningLength":\#(length),"#
            + #""ending":"","told":[]}"#
        try Data(#"{"version":2,"files":{"/l":\#(mark)}}"#.utf8).write(to: URL(filePath: path))
        let failure = #expect(throws: JobFailure.self) { try ScanState.read(path) }
        #expect(failure?.outcome == .misconfigured)
    }
}

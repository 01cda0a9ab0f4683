internal import Secrets
internal import System

/// A file of a run that is too large to hold in memory: append, then finish.
public struct ReportStream: ~Copyable {
    private static let chunk = 1 << 16

    private let name: String
    private let file: PrivateFile
    private var digest = SHA256()
    private var size = 0
    private var waiting: [UInt8] = []

    init(_ name: String, in folder: borrowing PrivateFolder) throws(SystemError) {
        self.name = name
        file = try PrivateFile.begin(name, in: folder)
        waiting.reserveCapacity(Self.chunk &+ 4096)
    }

    public mutating func append(_ bytes: some Sequence<UInt8>) throws(ReportsError) {
        waiting.append(contentsOf: bytes)
        if waiting.count >= Self.chunk { try flush() }
    }

    /// Brings the file to the disk; gives what the manifest says of it.
    public consuming func finish() throws(ReportsError) -> Manifest.File {
        try flush()
        let written = Manifest.File(name: name, size: size, sha256: SHA256.hex(digest.finish().span))
        do throws(SystemError) { try file.commit() } catch { throw .file(error) }
        return written
    }

    private mutating func flush() throws(ReportsError) {
        let chunk = waiting
        waiting.removeAll(keepingCapacity: true)
        do throws(SystemError) { try file.append(chunk.span) } catch { throw .file(error) }
        digest.update(chunk.span)
        size &+= chunk.count
    }
}

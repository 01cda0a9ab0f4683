import Batch
import FoundationEssentials
import LogSources
import System

/// How far each file was read, kept from run to run. By what a file is, not by its name: rotation renames.
struct ScanState {
    private static let limit = 64 << 20

    var files: [SourcePath: SourceMark] = [:]
    /// The last line of `byok.audit_log` behind which the next scan begins.
    var auditLine: Int?

    /// As it lies in the file.
    private struct Stored: Codable {
        /// 1: names as text.
        var version = 2
        let files: [String: SourceMark]
        let auditLine: Int?
    }

    /// An absent file is an empty state; a broken one is an error, because to start over silently would tell all again.
    static func read(_ path: String) throws(JobFailure) -> ScanState {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try PrivateFile.read(path, limit: limit)
        } catch {
            if error.reason == .notFound { return ScanState() }
            throw JobFailure(error)
        }
        guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(bytes)),
            (1...2).contains(stored.version), stored.files.values.allSatisfy(\.isPossible)
        else {
            throw JobFailure(
                .misconfigured, "the state file \(PlaceName(path)) is not one of ours",
                next: "remove it, and everything is read from the start")
        }
        let files = stored.files.map {
            (stored.version == 1 ? SourcePath($0.key) : SourcePath(escaped: $0.key), $0.value)
        }
        return ScanState(files: Dictionary(files) { $1 }, auditLine: stored.auditLine)
    }

    /// Marks by what a file is, under whatever name it was read.
    var marks: [FileIdentity: SourceMark] {
        Dictionary(files.values.map { ($0.identity, $0) }, uniquingKeysWith: { $0.offset > $1.offset ? $0 : $1 })
    }

    /// Drops files that are gone; one that was named may be between two files of its name.
    mutating func forget(except named: [String]) {
        let named = Set(named.map { SourcePath($0) })
        files = files.filter { FileIdentity(of: $0.key.text) != nil || named.contains($0.key) }
    }

    func write(to path: String) throws(JobFailure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        let files = Dictionary(files.map { ($0.key.escaped, $0.value) }) { $1 }
        guard let data = try? encoder.encode(Stored(files: files, auditLine: auditLine)) else {
            throw JobFailure(.notWritten, "the state could not be written")
        }
        do throws(SystemError) { try PrivateFile.write(Array(data), to: path) } catch { throw JobFailure(error) }
    }
}

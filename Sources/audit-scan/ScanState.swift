import Batch
import FoundationEssentials
import LogSources
import System

/// How far each file was read, kept from run to run. By what a file is, not by its name: rotation renames.
struct ScanState: Codable {
    private static let limit = 64 << 20

    var version = 1
    var files: [String: SourceMark] = [:]
    /// The last line of `byok.audit_log` behind which the next scan begins.
    var auditLine: Int?

    /// An absent file is an empty state; a broken one is an error, because to start over silently would tell all again.
    static func read(_ path: String) throws(JobFailure) -> ScanState {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try PrivateFile.read(path, limit: limit)
        } catch {
            if error.reason == .notFound { return ScanState() }
            throw JobFailure(error)
        }
        guard let state = try? JSONDecoder().decode(ScanState.self, from: Data(bytes)), state.version == 1 else {
            throw JobFailure(
                .misconfigured, "the state file \(PlaceName(path)) is not one of ours",
                next: "remove it, and everything is read from the start")
        }
        return state
    }

    /// Marks by what a file is, under whatever name it was read.
    var marks: [FileIdentity: SourceMark] {
        Dictionary(files.values.map { ($0.identity, $0) }, uniquingKeysWith: { $0.offset > $1.offset ? $0 : $1 })
    }

    /// Drops files that are gone; one that was named may be between two files of its name.
    mutating func forget(except named: [String]) {
        files = files.filter { FileIdentity(of: $0.key) != nil || named.contains($0.key) }
    }

    func write(to path: String) throws(JobFailure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        guard let data = try? encoder.encode(self) else {
            throw JobFailure(.notWritten, "the state could not be written")
        }
        do throws(SystemError) { try PrivateFile.write(Array(data), to: path) } catch { throw JobFailure(error) }
    }
}

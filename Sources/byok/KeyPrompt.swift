import Batch
import Providers
import Secrets
import System

/// Reads one key from standard input: piped in, or typed at a prompt without echo.
enum KeyPrompt {
    /// A line end of two bytes, and one byte more that shows a key to be too long.
    private static let room = Provider.maximumKeyByteCount + 3

    static func read(_ run: Run) throws(JobFailure) -> SecretBytes {
        let whole = try readAll(run)
        let kept = whole.withBytes { bytes in
            var count = bytes.count
            if count > 0, bytes[count - 1] == UInt8(ascii: "\n") { count -= 1 }
            if count > 0, count < bytes.count, bytes[count - 1] == UInt8(ascii: "\r") { count -= 1 }
            return count
        }
        guard kept > 0 else {
            throw JobFailure(.usage, "there is no key on standard input", next: "pipe the key in")
        }
        return whole.withBytes { SecretBytes(copying: $0.extracting(..<kept)) }
    }

    private static func readAll(_ run: Run) throws(JobFailure) -> SecretBytes {
        do throws(SystemError) {
            let input = try InputStream.standardInput()
            guard input.isTerminal else { return try collect(input, run, untilLineEnd: false) }
            guard run.settings.mayAsk else { throw SystemError(.badName, .openFile, path: "standard input") }
            Terminal.standardError().write("key (not shown): ")
            let key = try input.withoutEcho { () throws(SystemError) in
                try collect(input, run, untilLineEnd: true)
            }
            Terminal.standardError().write("\n")
            return key
        } catch {
            if error.reason == .badName {
                throw JobFailure(.usage, "--no-input, and no key is piped in", next: "pipe the key in")
            }
            throw JobFailure(.usage, "standard input cannot be read", next: "pipe the key in")
        }
    }

    private static func collect(
        _ input: borrowing InputStream, _ run: Run, untilLineEnd: Bool
    ) throws(SystemError) -> SecretBytes {
        try SecretBytes(capacity: room) { output throws(SystemError) in
            while output.freeCapacity > 0, !run.stop.isMet {
                switch try input.read(into: &output) {
                case .nothing: continue
                case .end: return
                case .bytes: if untilLineEnd, output.span[output.count - 1] == UInt8(ascii: "\n") { return }
                }
            }
        }
    }
}

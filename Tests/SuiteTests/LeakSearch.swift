import Foundation
import TestSupport

/// Looks for planted keys in bytes that were written, by eight characters of their secret part, in every form in
/// which such characters travel.
struct LeakSearch {
    private let patterns: URL

    init(keys: [String]) throws {
        patterns = FileManager.default.temporaryDirectory.appending(path: "byok-leak-\(UUID().uuidString)")
        let lines = Set(keys.flatMap(Self.windows).flatMap(Self.forms)).sorted()
        let text = lines.joined(separator: "\n") + "\n"
        guard
            FileManager.default.createFile(
                atPath: patterns.path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        else { throw ClusterError(message: "the patterns could not be written") }
    }

    func forget() { try? FileManager.default.removeItem(at: patterns) }

    /// `file:what` for every place below `paths`, in words that a test may print: the keys open nothing.
    func findings(in paths: [String]) throws -> [String] {
        let finished = try Subprocess.run(
            "/usr/bin/env", ["grep", "-RaoF", "-f", patterns.path] + paths, environment: ["LC_ALL": "C"])
        guard finished.status <= 1 else { throw ClusterError(message: finished.stderr) }
        return finished.stdout.split(separator: "\n").map(String.init)
    }

    /// Every eight characters in a row behind the prefix that all keys of a provider have; of a key in hexadecimal
    /// digits twelve, as eight of these meet by chance.
    private static func windows(_ key: String) -> [String] {
        let prefixes = ["sk-ant-api03-", "sk-proj-", "sk-", "AQ.Ab8RN6", "gsk_", ""]
        let prefix = prefixes.first(where: key.hasPrefix) ?? ""
        // The four characters that may be shown, where there is no prefix.
        let body = Array(key.dropFirst(max(4, prefix.count)))
        let width = body.allSatisfy(\.isHexDigit) ? 12 : 8
        return (0...(body.count - width)).map { String(body[$0..<($0 + width)]) }.filter { !isPublic($0) }
    }

    /// Markers that stand in every key of OpenAI and Groq.
    private static func isPublic(_ window: String) -> Bool {
        window.contains("BlbkFJ") || window.contains("T3BlbkF") || window.contains("WGdyb3")
            || window.contains("dyb3FY")
    }

    private static func forms(_ window: String) -> [String] {
        let bytes = Array(window.utf8)
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return [
            window, String(window.reversed()), hex.joined(), hex.joined().uppercased(), hex.joined(separator: " "),
            hex.map { "%" + $0 }.joined(), hex.map { "%" + $0.uppercased() }.joined(),
            hex.map { "\\u00" + $0 }.joined(), hex.map { "\\x" + $0 }.joined(),
        ] + base64(bytes)
    }

    /// At the three alignments, the characters that no neighbour changes, in both alphabets.
    private static func base64(_ bytes: [UInt8]) -> [String] {
        (0..<3).flatMap { shift in
            let text = Data(Array(repeating: 0, count: shift) + bytes).base64EncodedString()
            let stable = text.prefix((shift + bytes.count) * 8 / 6).dropFirst((shift * 8 + 5) / 6)
            return [
                String(stable),
                stable.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_"),
            ]
        }
    }
}

import Foundation
import Testing

/// A search that finds nothing proves nothing, unless it finds what was planted.
@Suite struct LeakSearchTests {
    private static let key = "sk-ant-api03-" + "Zq7Kd92hPfLw3xTb" + "Vn5cRj8sGm4yHuQe" + "-_" + "AA"
    /// Any eight characters, not at a place that suits an encoding.
    private static let fragment = String(key.dropFirst(18).prefix(9))

    @Test(arguments: [
        "plain", "reversed", "hex", "HEX", "percent", "json", "bytes", "base64 0", "base64 1", "base64 2",
    ]) func `a planted fragment is found`(form: String) throws {
        let text = "level=info error=\"" + Self.encode(Self.fragment, form) + "\" after 3 attempts\n"

        #expect(try Self.search(text).count >= 1)
    }

    @Test func `the prefix and a text without a key are not leaks`() throws {
        #expect(try Self.search("key_prefix=sk-a shape sk-ant-api03- \(UUID().uuidString)\n") == [])
    }

    private static func search(_ text: String) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "byok-planted-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(text.utf8).write(to: folder.appending(path: "log"))
        let search = try LeakSearch(keys: [key])
        defer { search.forget() }
        return try search.findings(in: [folder.path])
    }

    private static func encode(_ text: String, _ form: String) -> String {
        let hex = text.utf8.map { String($0, radix: 16) }
        switch form {
        case "reversed": return String(text.reversed())
        case "hex": return hex.joined()
        case "HEX": return hex.joined().uppercased()
        case "percent": return hex.map { "%" + $0 }.joined()
        case "json": return hex.map { "\\u00" + $0 }.joined()
        case "bytes": return hex.joined(separator: " ")
        case "plain": return text
        default:
            let shift = Int(String(form.suffix(1))) ?? 0
            return Data((String(repeating: "x", count: shift) + text + "yz").utf8).base64EncodedString()
        }
    }
}

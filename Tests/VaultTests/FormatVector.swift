import Foundation
import Secrets
import Testing
import Vault

/// A test vector as the page `SealedFormat` of the documentation prints it.
struct FormatVector: Sendable, CustomTestStringConvertible {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources/Vault/Vault.docc")

    let fields: [String: String]

    var testDescription: String { "provider \(self["provider"])" }

    subscript(_ name: String) -> String { fields[name] ?? "" }

    func bytes(_ name: String) -> [UInt8] { VaultTests.bytes(hex: self[name]) }

    var keyring: Keyring { get throws { try .holding([(Int(self["version"]) ?? 0, bytes("master key"))]) } }

    var binding: SealBinding {
        get throws {
            try SealBinding(
                keyID: #require(UUID(uuidString: self["key id"])),
                userID: #require(UUID(uuidString: self["user id"])),
                masterKeyVersion: #require(Int(self["version"]).flatMap { MasterKeyVersion($0) }),
                provider: self["provider"])
        }
    }

    static func all() throws -> [FormatVector] {
        let page = try String(contentsOf: folder.appending(path: "SealedFormat.md"), encoding: .utf8)
        return page.components(separatedBy: "### Vector").dropFirst().map { part in
            let cells = part.split(separator: "\n").filter { $0.hasPrefix("| ") }.map { line in
                line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            }
            let pairs = cells.filter { $0[1].hasPrefix("`") }.map { ($0[0], $0[1].replacing("`", with: "")) }
            return FormatVector(fields: Dictionary(uniqueKeysWithValues: pairs))
        }
    }
}

func bytes(hex: String) -> [UInt8] {
    let digits = hex.utf8.map { UInt8($0 <= 57 ? $0 - 48 : $0 - 87) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

extension SecretBytes {
    init(_ bytes: [UInt8]) { self.init(copying: bytes.span) }

    var copiedOut: [UInt8] {
        withBytes { span in span.indices.map { span[$0] } }
    }
}

extension Keyring {
    static func holding(_ keys: [(Int, [UInt8])]) throws -> Keyring {
        let lines = keys.map { "\($0):\(Data($1).base64EncodedString())" }
        return try Keyring(parsing: SecretBytes(Array(lines.joined(separator: "\n").utf8)))
    }
}

/// 32 bytes that are the same on every run, and no one's.
func madeUpMasterKey(_ seed: UInt8) -> [UInt8] {
    (0..<32).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ Int(seed) &* 101 &+ 13) }
}

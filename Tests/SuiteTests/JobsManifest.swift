import Foundation
import TestSupport

/// A YAML value, read by PyYAML.
enum ManifestValue: Decodable, Equatable {
    case null
    case truth(Bool)
    case number(Int)
    case text(String)
    case list([ManifestValue])
    case map([String: ManifestValue])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let truth = try? value.decode(Bool.self) {
            self = .truth(truth)
        } else if let number = try? value.decode(Int.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([ManifestValue].self) {
            self = .list(list)
        } else {
            self = .map(try value.decode([String: ManifestValue].self))
        }
    }

    /// Whether python3 and its module yaml are there. Without them the tests of `jobs/` are skipped.
    static let isReadable =
        (try? Subprocess.run("/usr/bin/env", ["python3", "-c", "import yaml"]).status) == 0

    /// The one document in a YAML text.
    static func read(_ text: String) throws -> ManifestValue {
        let program = "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))"
        let finished = try Subprocess.run("/usr/bin/env", ["python3", "-c", program], input: text)
        guard finished.status == 0 else { throw ClusterError(message: finished.stderr) }
        return try JSONDecoder().decode(ManifestValue.self, from: Data(finished.stdout.utf8))
    }

    subscript(_ keys: String...) -> ManifestValue {
        keys.reduce(self) { value, key in
            guard case .map(let map) = value else { return .null }
            return map[key] ?? .null
        }
    }

    var list: [ManifestValue] { if case .list(let list) = self { list } else { [] } }
    var keys: [String] { if case .map(let map) = self { map.keys.sorted() } else { [] } }
    var text: String? { if case .text(let text) = self { text } else { nil } }
    var number: Int? { if case .number(let number) = self { number } else { nil } }
    var isTrue: Bool { self == .truth(true) }
}

import Foundation
import TestSupport

/// One Swift file below `Sources`, for the rules that a compiler does not check.
struct SourceFile {
    let module: String
    let path: String
    let lines: [String]

    static let all: [SourceFile] = {
        let sources = Repository.path("Sources")
        let paths = FileManager.default.enumerator(atPath: sources)?.compactMap { $0 as? String } ?? []
        return paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
            let text = (try? String(contentsOfFile: sources + "/" + path, encoding: .utf8)) ?? ""
            return SourceFile(
                module: String(path.prefix { $0 != "/" }), path: path,
                lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
        }
    }()

    /// Imported modules, whatever access level the import has.
    var imports: [String] {
        lines.compactMap { line in
            // Most lines are none, and an expression takes a hundred times as long.
            guard line.contains("import "),
                let match = line.firstMatch(
                    of: /^ *(?:@\w+ )*(?:public |internal |package |private )?import (?:\w+ )?(\w+)/)
            else { return nil }
            return String(match.1)
        }
    }

    /// Lines that are code: comments and blank lines left out.
    var code: [(number: Int, text: String)] {
        lines.enumerated().compactMap { index, line in
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            return trimmed.isEmpty || trimmed.hasPrefix("//") ? nil : (index + 1, line)
        }
    }

    /// Functions and initialisers with their length in lines, the closing brace found by its indentation.
    var functions: [(name: String, line: Int, length: Int)] {
        lines.indices.compactMap { start in
            guard let match = lines[start].firstMatch(of: /^( *)(?:[@\w()]+ )*(?:func +([^\s(<]+)|(init)[?(<])/),
                let end = lines[start...].firstIndex(where: { $0 == match.1 + "}" })
            else { return nil }
            return (String(match.2 ?? match.3 ?? ""), start + 1, end - start + 1)
        }
    }
}

import ArgumentParser
import Foundation
import Planted

/// What `scripts/search-leaks` searches for, and what it must find.
struct ShowLeakPatterns: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leak-patterns", abstract: "Prints lines for grep -aE -f that find made-up keys in any form.")

    @Option(help: "Also find each line of this file, a secret.") var secretFile: String?
    @Option(help: "Instead, write a planted key into this folder, in each form one file.") var control: String?

    func run() throws {
        if let control { return try writeControl(URL(filePath: control)) }
        var lines = LeakPatterns.planted
        if let secretFile {
            let secrets = try String(contentsOf: URL(filePath: secretFile), encoding: .utf8)
            for secret in secrets.split(separator: "\n") { lines += LeakPatterns.of(secret: String(secret)) }
        }
        for line in lines { print(line) }
    }

    /// Eight characters, at a place that suits no encoding, among ordinary words.
    private func writeControl(_ folder: URL) throws {
        for turn in 0..<3 {
            let piece = String(PlantedAlphabet.letters(8 + turn, 4711).suffix(8))
            for form in LeakForms.of(piece) {
                let bytes = Array("level=info error=\"".utf8) + form.bytes + Array("\" after 3 attempts\n".utf8)
                try Data(bytes).write(to: folder.appending(path: "\(form.name).\(turn)"))
            }
        }
    }
}

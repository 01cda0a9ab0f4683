import Foundation
import Secrets
import Testing
import Vault

/// The readers and writers of the documentation, run against ours.
struct OtherLanguageTests {
    struct Language: Sendable, CustomTestStringConvertible {
        let command: [String]
        let probe: [String]
        let reader: String
        let writer: String
        let packages: String

        var testDescription: String { command[0] }

        static let node = Language(
            command: ["node"], probe: ["--version"], reader: "read-sealed-key.mjs", writer: "write-sealed-key.mjs",
            packages: "nodejs")
        // Debian's own interpreter: another one in the path would not see Debian's packages.
        static let python = Language(
            command: ["/usr/bin/python3"], probe: ["-c", "import cryptography"], reader: "read_sealed_key.py",
            writer: "write_sealed_key.py", packages: "python3-cryptography")

        var isInstalled: Bool { (try? run(command + probe, input: Data()).status) == 0 }
    }

    @Test(.enabled(if: Language.node.isInstalled, "no node: apt-get install nodejs"))
    func `Node reads and writes what we write and read`() throws {
        try expectAgreement(.node)
    }

    @Test(.enabled(if: Language.python.isInstalled, "no cryptography: apt-get install python3-cryptography"))
    func `Python reads and writes what we write and read`() throws {
        try expectAgreement(.python)
    }

    private func expectAgreement(_ language: Language) throws {
        for vector in try FormatVector.all() {
            var sealer = try KeySealer(keyring: vector.keyring)
            let key = Data(vector["key"].utf8)
            let ours = try sealer.seal(SecretBytes(Array(key)), for: vector.binding)
            for sealed in [ours, vector.bytes("sealed")] {
                let read = try call(language, language.reader, vector, ["sealed": Data(sealed).base64EncodedString()])
                #expect(read.status == 0 && read.output == key)
            }

            let written = try call(language, language.writer, vector, ["key": vector["key"]])
            let theirs = try #require(Data(base64Encoded: written.output))
            #expect(try sealer.open(SealedKey(Array(theirs)), for: vector.binding).copiedOut == Array(key))

            try expectRefusal(language, vector, ours)
        }
    }

    private func expectRefusal(_ language: Language, _ vector: FormatVector, _ sealed: [UInt8]) throws {
        var flipped = sealed
        flipped[sealed.count - 1] ^= 1
        let otherUser = ["sealed": Data(sealed).base64EncodedString(), "userId": UUID().uuidString]
        for change in [["sealed": Data(flipped).base64EncodedString()], otherUser] {
            let read = try call(language, language.reader, vector, change)
            #expect(read.status == 1 && read.output.isEmpty)
        }
    }

    private func call(
        _ language: Language, _ file: String, _ vector: FormatVector, _ fields: [String: String]
    ) throws -> (status: Int32, output: Data) {
        var input: [String: Any] = [
            "masterKey": Data(vector.bytes("master key")).base64EncodedString(),
            "version": Int(vector["version"]) ?? 0, "keyId": vector["key id"], "userId": vector["user id"],
            "provider": vector["provider"],
        ]
        input.merge(fields) { $1 }
        let path = FormatVector.folder.appending(path: file).path
        return try run(language.command + [path], input: JSONSerialization.data(withJSONObject: input))
    }
}

private func run(_ command: [String], input: Data) throws -> (status: Int32, output: Data) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    let (standardInput, standardOutput) = (Pipe(), Pipe())
    process.standardInput = standardInput
    process.standardOutput = standardOutput
    process.standardError = FileHandle.nullDevice
    try process.run()
    try standardInput.fileHandleForWriting.write(contentsOf: input)
    try standardInput.fileHandleForWriting.close()
    let output = standardOutput.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, output)
}

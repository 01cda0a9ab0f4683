import Foundation
import Secrets
import Testing

struct Ed25519Tests {
    /// RFC 8032, section 7.1, tests 1 and 2: seed, message, signature.
    static let published = [
        (
            "9d61b19deffd5a60ba844af492ec2cc4" + "4449c5697b326919703bac031cae7f60", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f" + "5b8a319f35aba624da8cf6ed4fb8a6fb", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ]

    @Test(arguments: published)
    func `the signatures of RFC 8032 come out`(_ seed: String, _ message: String, _ signature: String) throws {
        let key = try Ed25519SigningKey(pem: SecretBytes(privatePEM(seed: bytes(hex: seed))))
        let message = bytes(hex: message)

        #expect(try key.sign(message.span) == bytes(hex: signature))
    }

    @Test func `a signature is checked against message and key`() throws {
        let key = try Ed25519SigningKey(pem: SecretBytes(privatePEM(seed: patternBytes(32, seed: 1))))
        let other = try Ed25519SigningKey(pem: SecretBytes(privatePEM(seed: patternBytes(32, seed: 2))))
        let message = patternBytes(100, seed: 3)
        let signature = try key.sign(message.span)
        let (own, foreign) = try (key.publicKeyPEM(), other.publicKeyPEM())

        #expect(try isSignature(signature, of: message, own))
        #expect(try !isSignature(signature, of: message + [0], own))
        #expect(try !isSignature(signature, of: message, foreign))
        #expect(try !isSignature(signature.dropLast(), of: message, own))
        #expect(try !isSignature([], of: message, own))
        for bit in 0..<512 {
            var flipped = signature
            flipped[bit / 8] ^= 1 << (bit % 8)
            #expect(try !isSignature(flipped, of: message, own))
        }
        #expect(try !openSSLErrorIsPending())
    }

    @Test func `openssl alone can check a signature`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ed25519-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = try Ed25519SigningKey(pem: SecretBytes(privatePEM(seed: patternBytes(32, seed: 4))))
        let message = patternBytes(1_000, seed: 5)
        try Data(message).write(to: folder.appending(path: "message"))
        try Data(key.sign(message.span)).write(to: folder.appending(path: "signature"))
        try Data(key.publicKeyPEM().utf8).write(to: folder.appending(path: "public.pem"))

        let arguments = [
            "-verify", "-pubin", "-inkey", "public.pem", "-rawin", "-in", "message", "-sigfile", "signature",
        ]
        #expect(try runOpenSSL(["pkeyutl"] + arguments, in: folder).status == 0)
    }

    @Test func `a key that openssl generated is read, and its encrypted or foreign kin refused`() throws {
        let folder = FileManager.default.temporaryDirectory
        let own = try runOpenSSL(["genpkey", "-algorithm", "ed25519"], in: folder).output
        _ = try Ed25519SigningKey(pem: SecretBytes(Array(own)))

        let foreign = [
            ["genpkey", "-algorithm", "ed25519", "-aes256", "-pass", "pass:test"],
            ["genpkey", "-algorithm", "x25519"], ["genpkey", "-algorithm", "ed448"],
            ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
        ]
        for arguments in foreign {
            try expectRefused(Array(runOpenSSL(arguments, in: folder).output))
        }
    }

    @Test func `text that is not a key is refused with its length`() throws {
        let pem = privatePEM(seed: patternBytes(32, seed: 6))
        for text in ["", "\n", "not a key", String(pem.dropLast(40)), pem.replacing("MC4C", with: "MC5C")] {
            try expectRefused(Array(text.utf8))
        }
        try expectRefused(patternBytes(10_000, seed: 7))
    }

    private func expectRefused(_ pem: [UInt8]) throws {
        #expect(throws: SecretsError.malformedKey(byteCount: pem.count)) {
            _ = try Ed25519SigningKey(pem: SecretBytes(pem))
        }
        #expect(throws: SecretsError.self) {
            _ = try isSignature([], of: [], String(decoding: pem, as: UTF8.self))
        }
        #expect(try !openSSLErrorIsPending())
    }
}

private func isSignature(_ signature: [UInt8], of message: [UInt8], _ publicKey: String) throws -> Bool {
    try Ed25519.isSignature(signature.span, of: message.span, publicKeyPEM: publicKey)
}

/// PKCS#8 around a 32-byte seed; put together here so that no file looks like holding a key.
private func privatePEM(seed: [UInt8]) -> String {
    let der = bytes(hex: "302e020100300506032b657004220420") + seed
    let label = "PRIVATE" + " KEY"
    return "-----BEGIN \(label)-----\n\(Data(der).base64EncodedString())\n-----END \(label)-----\n"
}

private func runOpenSSL(_ arguments: [String], in folder: URL) throws -> (status: Int32, output: Data) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.currentDirectoryURL = folder
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, data)
}

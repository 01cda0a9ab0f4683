import Foundation
import Secrets
import Testing

/// Vectors too many to keep here: NIST's from the PyPI package `cryptography_vectors`, unpacked by
/// `scripts/bootstrap`, and those of Wycheproof where they lie beside the package.
struct AES256GCMVectorTests {
    static let encryptions = PackageRoot.data(".build/vectors/gcmEncryptExtIV256.rsp")
    static let decryptions = PackageRoot.data(".build/vectors/gcmDecrypt256.rsp")
    static let wycheproof = PackageRoot.data("../shared/vectors/aes_gcm_test.json")

    @Test(.enabled(if: encryptions != nil, "no .build/vectors: run scripts/bootstrap"))
    func `NIST's encryptions come out`() throws {
        let vectors = CAVPVector.parse(Self.encryptions).filter { $0.nonce.count == 12 }
        #expect(vectors.count > 1_000)

        for vector in vectors {
            var cipher = try AES256GCM(key: SecretBytes(vector.key))
            let sealed = try cipher.seal(
                vector.plaintext.span, nonce: .of(vector.nonce), additionalData: vector.context.span)
            let wanted = vector.ciphertext + vector.tag
            #expect(Array(sealed.prefix(wanted.count)) == wanted)
        }
    }

    @Test(.enabled(if: decryptions != nil, "no .build/vectors: run scripts/bootstrap"))
    func `NIST's decryptions come out, and what must fail fails`() throws {
        let vectors = CAVPVector.parse(Self.decryptions).filter { $0.nonce.count == 12 && $0.tag.count == 16 }
        #expect(vectors.count(where: \.mustFail) > 10)
        #expect(vectors.count(where: { !$0.mustFail }) > 100)

        for vector in vectors {
            let sealed = vector.ciphertext + vector.tag
            #expect(try opens(sealed, vector.key, vector.nonce, vector.context, vector.plaintext) != vector.mustFail)
        }
    }

    @Test(.enabled(if: wycheproof != nil, "no ../shared/vectors/aes_gcm_test.json"))
    func `Wycheproof finds nothing`() throws {
        let file = try JSONDecoder().decode(WycheproofFile.self, from: #require(Self.wycheproof))
        let groups = file.testGroups.filter { $0.keySize == 256 && $0.ivSize == 96 && $0.tagSize == 128 }
        let cases = groups.flatMap(\.tests)
        #expect(cases.count > 50)

        for test in cases {
            let sealed = bytes(hex: test.ct) + bytes(hex: test.tag)
            let isRight = try opens(
                sealed, bytes(hex: test.key), bytes(hex: test.iv), bytes(hex: test.aad), bytes(hex: test.msg))
            #expect(isRight == (test.result == "valid"), "case \(test.tcId)")
        }
    }

    private func opens(
        _ sealed: [UInt8], _ key: [UInt8], _ nonce: [UInt8], _ context: [UInt8], _ plaintext: [UInt8]
    ) throws -> Bool {
        var cipher = try AES256GCM(key: SecretBytes(key))
        do {
            let opened = try cipher.open(sealed.span, nonce: .of(nonce), additionalData: context.span)
            return opened.copiedOut == plaintext
        } catch SecretsError.notAuthentic {
            return false
        }
    }
}

private struct WycheproofFile: Decodable {
    struct Group: Decodable {
        let keySize: Int
        let ivSize: Int
        let tagSize: Int
        let tests: [Case]
    }

    struct Case: Decodable {
        let tcId: Int
        let key: String
        let iv: String
        let aad: String
        let msg: String
        let ct: String
        let tag: String
        let result: String
    }

    let testGroups: [Group]
}

/// One block of NIST's response files: `Name = value` lines, `FAIL` where opening must not succeed.
private struct CAVPVector {
    var fields: [Substring: Substring] = [:]
    var mustFail = false

    var key: [UInt8] { bytes(hex: fields["Key"] ?? "") }
    var nonce: [UInt8] { bytes(hex: fields["IV"] ?? "") }
    var context: [UInt8] { bytes(hex: fields["AAD"] ?? "") }
    var plaintext: [UInt8] { bytes(hex: fields["PT"] ?? "") }
    var ciphertext: [UInt8] { bytes(hex: fields["CT"] ?? "") }
    var tag: [UInt8] { bytes(hex: fields["Tag"] ?? "") }

    static func parse(_ file: Data?) -> [CAVPVector] {
        let lines = String(decoding: file ?? Data(), as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.reduce(into: []) { vectors, line in
            let parts = line.split(separator: "=").map { $0.drop(while: \.isWhitespace) }
            let name = parts.first.map { $0.prefix { !$0.isWhitespace } } ?? ""
            if name == "Count" { vectors.append(CAVPVector()) }
            guard !vectors.isEmpty, !line.hasPrefix("[") else { return }
            if name == "FAIL" { vectors[vectors.count - 1].mustFail = true }
            if parts.count == 2 { vectors[vectors.count - 1].fields[name] = parts[1].prefix { !$0.isWhitespace } }
        }
    }
}

import Foundation
import Secrets
import Testing

struct DigestTests {
    @Test func `SHA-256 gives the examples of FIPS 180`() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

        #expect(SHA256.hexDigest(of: "abc".utf8.span) == abc)
        #expect(SHA256.hexDigest(of: [UInt8]().span) == empty)
        #expect(SHA256.digest(of: "abc".utf8.span) == bytes(hex: abc))
    }

    @Test func `a digest in parts is the digest of the whole`() {
        let whole = patternBytes(1_000, seed: 1)
        var digest = SHA256()
        for start in stride(from: 0, to: 1_000, by: 77) {
            digest.update(whole.span.extracting(start..<min(start + 77, 1_000)))
        }
        digest.update([UInt8]().span)

        let parts = digest.finish()

        #expect(parts == SHA256.digest(of: whole.span))
    }

    @Test func `HMAC gives the examples of RFC 4231`() {
        let short = HMACSHA256.code(of: "what do ya want for nothing?".utf8.span, key: SecretBytes("Jefe"))
        #expect(short == bytes(hex: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"))

        let long = HMACSHA256.code(
            of: "Test Using Larger Than Block-Size Key - Hash Key First".utf8.span,
            key: SecretBytes([UInt8](repeating: 0xAA, count: 131)))
        #expect(long == bytes(hex: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"))
    }

    @Test func `a code is checked to its last bit`() {
        let key = SecretBytes(patternBytes(32, seed: 1))
        var code = HMACSHA256.code(of: [UInt8]().span, key: key)
        #expect(holds { HMACSHA256.isCode(code.span, of: [UInt8]().span, key: key) })

        code[31] ^= 1
        #expect(holds { !HMACSHA256.isCode(code.span, of: [UInt8]().span, key: key) })
        #expect(holds { !HMACSHA256.isCode(code.span.extracting(..<31), of: [UInt8]().span, key: key) })
    }

    @Test func `HKDF gives the example of RFC 5869 without salt`() throws {
        let key = SecretBytes([UInt8](repeating: 0x0B, count: 22))

        let derived = try HKDFSHA256.derive(from: key, info: [UInt8]().span, byteCount: 42)

        let expected =
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d" + "9d201395faa4b61a96c8"
        #expect(derived.copiedOut == bytes(hex: expected))
    }

    @Test func `HKDF is two rounds of HMAC, with the use in the second`() throws {
        let key = SecretBytes(patternBytes(32, seed: 1))
        let info = Array("byok/test/v1".utf8)

        let derived = try HKDFSHA256.derive(from: key, info: info.span, byteCount: 32)

        let extracted = key.withBytes { HMACSHA256.code(of: $0, key: SecretBytes([UInt8](repeating: 0, count: 32))) }
        #expect(derived.copiedOut == HMACSHA256.code(of: (info + [1]).span, key: SecretBytes(extracted)))
        #expect(try !HKDFSHA256.derive(from: key, info: [0].span, byteCount: 32).matches(derived))
    }

    @Test func `HKDF refuses more than it may give, and leaves no error behind`() throws {
        #expect(throws: SecretsError.self) {
            _ = try HKDFSHA256.derive(from: SecretBytes([1]), info: [UInt8]().span, byteCount: 255 * 32 + 1)
        }
        #expect(try !openSSLErrorIsPending())
    }
}

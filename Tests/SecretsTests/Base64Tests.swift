import Foundation
import Secrets
import Testing

struct Base64Tests {
    @Test func `every length comes back, and agrees with Foundation`() throws {
        for length in 0..<200 {
            let plain = patternBytes(length, seed: UInt64(length + 1))
            let text = Array(Data(plain).base64EncodedString().utf8)

            #expect(try Base64.decode(text.span).copiedOut == plain)
            #expect(Base64.encode(SecretBytes(plain)).copiedOut == text)
        }
    }

    @Test func `every one of the 256 characters is taken or refused as the alphabet says`() {
        let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        for character in UInt8.min...UInt8.max {
            for place in 0..<4 {
                var text = Array("AAAAAAAA".utf8)
                text[place] = character
                #expect(decodes(text) == alphabet.contains(character), "\(character) in place \(place)")
            }
        }
    }

    @Test(arguments: [
        "A", "AA", "AAA", "AAAAA", "A===", "====", "=", "AA=A", "AA==AAAA", "AAAA\n", "AAAA AAA", "AA AA===", "AB==",
        "AAB=", "AA-_", "AAAA=", "AAA=\n", "=AAA",
    ])
    func `anything but strict base64 is refused with its length only`(_ text: String) {
        #expect(throws: SecretsError.malformedBase64(byteCount: text.utf8.count)) {
            _ = try Base64.decode(Array(text.utf8).span)
        }
    }

    private func decodes(_ text: [UInt8]) -> Bool {
        do {
            _ = try Base64.decode(text.span)
            return true
        } catch {
            return false
        }
    }
}

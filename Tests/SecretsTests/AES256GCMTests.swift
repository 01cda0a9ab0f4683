import Secrets
import Testing

struct AES256GCMTests {
    /// Published with the mode by its authors: key, nonce, additional data, plaintext, ciphertext, tag.
    static let published: [[String]] = [
        [
            String(repeating: "0", count: 64), String(repeating: "0", count: 24), "", "", "",
            "530f8afbc74536b9a963b4f1c4cb738b",
        ],
        [
            String(repeating: "0", count: 64), String(repeating: "0", count: 24), "",
            "00000000000000000000000000000000", "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919",
        ],
        [
            String(repeating: "feffe9928665731c6d6a8f9467308308", count: 2), "cafebabefacedbaddecaf888",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
            "76fc6ece0f4e1768cddf8853bb2d551b",
        ],
    ]

    @Test(arguments: published)
    func `the published examples come out, both ways`(_ example: [String]) throws {
        let fields = example.map { bytes(hex: $0) }
        let (context, plaintext) = (fields[2], fields[3])
        let nonce = try Nonce.of(fields[1])
        var cipher = try AES256GCM(key: SecretBytes(fields[0]))

        let sealed = try cipher.seal(plaintext.span, nonce: nonce, additionalData: context.span)
        #expect(sealed == fields[4] + fields[5])

        let opened = try cipher.open(sealed.span, nonce: nonce, additionalData: context.span)
        #expect(opened.copiedOut == plaintext)
    }

    @Test func `one cipher seals and opens many messages, and a refused one spoils none`() throws {
        var cipher = try AES256GCM(key: SecretBytes(patternBytes(32, seed: 1)))
        var nonces = NonceSource()

        for length in 0..<300 {
            let message = patternBytes(length, seed: UInt64(length + 1))
            let nonce = try nonces.next()
            var sealed = try cipher.seal(message.span, nonce: nonce, additionalData: [1].span)
            #expect(throws: SecretsError.notAuthentic) {
                _ = try cipher.open(sealed.span, nonce: nonce, additionalData: [2].span)
            }
            #expect(try cipher.open(sealed.span, nonce: nonce, additionalData: [1].span).copiedOut == message)
            sealed[length] ^= 1
            #expect(throws: SecretsError.notAuthentic) {
                _ = try cipher.open(sealed.span, nonce: nonce, additionalData: [1].span)
            }
        }
        #expect(try !openSSLErrorIsPending())
    }

    @Test func `every flipped bit of a message, its nonce or its context is noticed`() throws {
        let message = patternBytes(33, seed: 5)
        let context = patternBytes(20, seed: 6)
        let nonceBytes = patternBytes(12, seed: 7)
        var cipher = try AES256GCM(key: SecretBytes(patternBytes(32, seed: 8)))
        let sealed = try cipher.seal(message.span, nonce: .of(nonceBytes), additionalData: context.span)

        for bit in 0..<(sealed.count + context.count + nonceBytes.count) * 8 {
            var all = sealed + context + nonceBytes
            all[bit / 8] ^= 1 << (bit % 8)
            let nonce = try Nonce.of(Array(all.suffix(12)))
            let changedContext = Array(all[sealed.count..<sealed.count + context.count])
            #expect(throws: SecretsError.notAuthentic, "bit \(bit)") {
                _ = try cipher.open(
                    all.span.extracting(..<sealed.count), nonce: nonce, additionalData: changedContext.span)
            }
        }
    }

    @Test func `another key does not open`() throws {
        let nonce = try Nonce.of(patternBytes(12, seed: 1))
        var cipher = try AES256GCM(key: SecretBytes(patternBytes(32, seed: 2)))
        var other = try AES256GCM(key: SecretBytes(patternBytes(32, seed: 3)))

        let sealed = try cipher.seal([1, 2, 3].span, nonce: nonce, additionalData: [UInt8]().span)

        #expect(throws: SecretsError.notAuthentic) {
            _ = try other.open(sealed.span, nonce: nonce, additionalData: [UInt8]().span)
        }
    }

    @Test(arguments: 0..<16)
    func `less than a tag is too short`(_ length: Int) throws {
        let nonce = try Nonce.of(patternBytes(12, seed: 1))
        var cipher = try AES256GCM(key: SecretBytes(patternBytes(32, seed: 2)))

        #expect(throws: SecretsError.messageTooShort(byteCount: length)) {
            _ = try cipher.open([UInt8](repeating: 0, count: length).span, nonce: nonce, additionalData: [UInt8]().span)
        }
    }

    @Test(arguments: [0, 16, 24, 31, 33, 64])
    func `a key that is not 32 bytes long is refused with its length`(_ length: Int) {
        #expect(throws: SecretsError.wrongKeyLength(expected: 32, actual: length)) {
            _ = try AES256GCM(key: SecretBytes(patternBytes(length, seed: 1)))
        }
        #expect(throws: SecretsError.wrongKeyLength(expected: 32, actual: length)) {
            _ = try AES256Blocks(key: SecretBytes(patternBytes(length, seed: 1)))
        }
    }

    @Test func `a message of ten megabytes goes through ordinary memory and back`() throws {
        let message = [UInt8](repeating: 0x5A, count: 10 << 20)
        let nonce = try Nonce.of(patternBytes(12, seed: 1))
        var cipher = try AES256GCM(key: SecretBytes(patternBytes(32, seed: 2)))
        let before = SecureHeap.overflowCount

        let sealed = try cipher.seal(message.span, nonce: nonce, additionalData: message.span)
        let opened = try cipher.open(sealed.span, nonce: nonce, additionalData: message.span)

        #expect(holds { opened.matches(message.span) })
        #expect(SecureHeap.overflowCount > before)
    }

    @Test func `the block cipher gives the example of FIPS 197`() throws {
        let key = (0..<32).map { UInt8($0) }
        let block = (0..<16).map { UInt8($0 * 17) }
        var cipher = try AES256Blocks(key: SecretBytes(key))

        let output = try [UInt8](capacity: 32) { output throws(SecretsError) in
            try cipher.encrypt((block + block).span, into: &output)
        }

        let expected = bytes(hex: "8ea2b7ca516745bfeafc49904b496089")
        #expect(output == expected + expected)
    }
}

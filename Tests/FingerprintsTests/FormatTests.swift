import Secrets
import Testing

@testable import Fingerprints

/// What is stored in databases already must be found for ever: these values never change.
struct FormatTests {
    private func scanKey(_ byte: UInt8) throws -> ScanKey {
        try .test(byte)
    }

    @Test func `windows of known bodies keep their values`() throws {
        let key = try scanKey(9)
        var fingerprinter = try Fingerprinter(key)
        let hex = Array("0123456789abcdef01234567".utf8)
        let hexShape = BodyShape(kind: .hexadecimal, secretRanges: [SecretRange(0..<24, millibits: 4_000)])
        let text = Array("abcdefghijklmnopqrst".utf8)
        let textShape = BodyShape(kind: .text, secretRanges: [SecretRange(0..<20, millibits: 6_000)])
        let hexWindows = try fingerprinter.windows(of: hex.span, shape: hexShape)
        let textWindows = try fingerprinter.windows(of: text.span, shape: textShape)
        #expect(key.id == "7a91062f")
        #expect(hexWindows.map { String($0, radix: 16) } == ["4b878099ec6a952d"])
        #expect(textWindows.map { String($0, radix: 16) } == ["7338ad78f256099f"])
    }

    @Test func `another scan key gives other windows and another id`() throws {
        var random = SplitMix(state: 6)
        let body = TestShape.mistral.body(&random)
        var first = try Fingerprinter(scanKey(1))
        var second = try Fingerprinter(scanKey(2))
        let mine = Set(try first.windows(of: body.characters.span, shape: body.shape))
        let other = Set(try second.windows(of: body.characters.span, shape: body.shape))
        #expect(mine.isDisjoint(with: other))
        #expect(try scanKey(1).id != scanKey(2).id)
        #expect(try scanKey(1).id.count == 8)
    }

    @Test func `a scan key of 31 or 33 bytes is refused with its length`() {
        for count in [0, 31, 33] {
            #expect(throws: FingerprintError.wrongKeyLength(byteCount: count)) {
                try ScanKey.test(1, byteCount: count)
            }
        }
    }

    @Test func `stored windows read back, and what was not written so is refused`() throws {
        let bytes = try WindowList.encode([.max, 0, 258, 258])
        #expect(bytes == [0, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0, 0, 0, 0, 1, 2] + [UInt8](repeating: 255, count: 8))
        let decoded = try WindowList.decode(bytes.span)
        #expect(decoded == [0, 258, .max])
        let torn = Array(bytes.dropLast()), descending = Array(bytes.dropFirst(8)) + bytes.prefix(8)
        let huge = [UInt8](repeating: 0, count: 8 * (WindowList.maximumCount + 1))
        for bad in [torn, descending, huge] {
            #expect(throws: FingerprintError.malformedWindows(byteCount: bad.count)) {
                try WindowList.decode(bad.span)
            }
        }
    }

    @Test func `shapes that claim more than there is do not trap`() throws {
        var fingerprinter = try Fingerprinter(scanKey(1))
        let body = Array("short".utf8)
        let shape = BodyShape(kind: .text, secretRanges: [SecretRange(0..<Int.max, millibits: .max)])
        let none = try fingerprinter.windows(of: body.span, shape: shape)
        #expect(none.isEmpty)
        let long = [UInt8](repeating: 65, count: BodyShape.maximumLength + 1)
        #expect(throws: FingerprintError.bodyTooLong(length: long.count)) {
            var fingerprinter = try Fingerprinter(scanKey(1))
            _ = try fingerprinter.windows(of: long.span, shape: shape)
        }
        let broken = Array("abcdefghij.klmnopqrstuvw".utf8)
        let fingerprint = try fingerprinter.fingerprint(of: broken.span, shape: shape)
        #expect(fingerprint.promisedFragments == 5 && fingerprint.uncoveredFragments == 5)
    }
}

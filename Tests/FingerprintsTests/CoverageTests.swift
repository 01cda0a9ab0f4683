import Secrets
import Testing

@testable import Fingerprints

struct CoverageTests {
    static let scanKey = try! ScanKey.test(7)
    static let bodiesAShape = 10

    @Test(arguments: TestShape.allCases)
    func `every promised fragment is found, alone and inside other text`(_ shape: TestShape) throws {
        var random = SplitMix(state: 1)
        var fingerprinter = try Fingerprinter(Self.scanKey)
        var matcher = try FragmentMatcher(Self.scanKey)
        for _ in 0..<Self.bodiesAShape {
            let body = shape.body(&random)
            let fingerprint = try fingerprinter.fingerprint(of: body.characters.span, shape: body.shape)
            #expect(fingerprint.uncoveredFragments == 0)
            #expect(fingerprint.promisedFragments == body.promised.count && !body.promised.isEmpty)
            let stored = Set(fingerprint.windows)
            for fragment in body.promised {
                for text in Self.contexts(of: Array(body.characters[fragment]), body.shape.kind, &random) {
                    let matches = try matcher.matches(in: text.span) { stored.contains($0) }
                    if matches.isEmpty { Issue.record("fragment at \(fragment) is missed") }
                }
            }
        }
    }

    /// Alone, between quotes, glued to letters of its own alphabet on either side, after a line end.
    private static func contexts(
        of fragment: [UInt8], _ kind: FragmentKind, _ random: inout SplitMix
    ) -> [[UInt8]] {
        let alphabet: TestAlphabet = kind == .text ? .url : .hex
        let glue = (0..<9).map { _ in alphabet.characters.randomElement(using: &random)! }
        let quoted = Array("{\"k\":\"".utf8) + fragment + Array("…\"}".utf8)
        return [fragment, quoted, glue + fragment + glue.reversed(), Array("\n".utf8) + fragment + glue]
    }

    @Test(arguments: TestShape.allCases)
    func `no stored window is worth less than ninety bits`(_ shape: TestShape) {
        var random = SplitMix(state: 2)
        for _ in 0..<60 {
            let body = shape.body(&random)
            let cover = WindowCover(of: body.characters.span, shape: body.shape)
            #expect(cover.uncoveredFragments == 0)
            for start in cover.starts {
                #expect(body.worth(start..<start + body.shape.kind.windowLength) >= 90_000)
            }
        }
    }

    @Test(arguments: TestShape.allCases)
    func `a fragment one character too short and a four-character prefix are never found`(_ shape: TestShape) throws {
        var random = SplitMix(state: 3)
        var fingerprinter = try Fingerprinter(Self.scanKey)
        var matcher = try FragmentMatcher(Self.scanKey)
        let body = shape.body(&random)
        let stored = Set(try fingerprinter.windows(of: body.characters.span, shape: body.shape))
        for length in [1, 4, 8, 15, body.shape.kind.fragmentLength - 1] {
            for start in 0...body.characters.count - length {
                let text = Array("key=".utf8) + body.characters[start..<start + length] + Array(", ".utf8)
                let matches = try matcher.matches(in: text.span) { stored.contains($0) }
                #expect(matches.isEmpty)
            }
        }
    }

    @Test func `a key whose characters are all edges is covered`() throws {
        var random = SplitMix(state: 4)
        var fingerprinter = try Fingerprinter(Self.scanKey)
        for _ in 0..<60 {
            var body = TestShape.openAIProject.body(&random)
            for position in body.characters.indices where body.millibits[position] == 6_000 {
                body.characters[position] = Array("AJTWYT3BlbkFJ".utf8).randomElement(using: &random)!
            }
            let fingerprint = try fingerprinter.fingerprint(of: body.characters.span, shape: body.shape)
            #expect(fingerprint.uncoveredFragments == 0)
        }
    }

    @Test func `text of other keys, identifiers and prose matches nothing`() throws {
        var random = SplitMix(state: 5)
        var fingerprinter = try Fingerprinter(Self.scanKey)
        var matcher = try FragmentMatcher(Self.scanKey)
        var stored: Set<UInt64> = []
        var text: [UInt8] = []
        for _ in 0..<20 {
            for shape in TestShape.allCases {
                let mine = shape.body(&random)
                stored.formUnion(try fingerprinter.windows(of: mine.characters.span, shape: mine.shape))
                text += shape.body(&random).characters + Array(" http_request_duration_seconds ".utf8)
            }
        }
        let matches = try matcher.matches(in: text.span) { stored.contains($0) }
        #expect(matches.isEmpty)
    }
}

extension ScanKey {
    static func test(_ byte: UInt8, byteCount: Int = 32) throws -> ScanKey {
        let bytes = [UInt8](repeating: byte, count: byteCount)
        return try ScanKey(SecretBytes(copying: bytes.span))
    }
}

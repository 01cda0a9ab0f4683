import Fingerprints

/// The shapes in which the six providers issue keys, without their prefixes.
enum TestShape: String, CaseIterable {
    case anthropic, openAIProject, openAIShort, openAIEarly, openAILegacy, google, googleNew, deepSeek, deepSeekAny
    case mistral, groq

    func body(_ random: inout SplitMix) -> TestBody {
        switch self {
        case .anthropic: TestBody(.text, [.secret(.url, 93), .fixed("AA")], &random)
        case .openAIProject: Self.openAI(74, &random)
        case .openAIShort: Self.openAI(58, &random)
        case .openAIEarly: TestBody(.text, [.secret(.url, 20), .openAIMarker, .secret(.url, 20)], &random)
        case .openAILegacy: TestBody(.text, [.secret(.base62, 20), .openAIMarker, .secret(.base62, 20)], &random)
        case .google: TestBody(.text, [.secret(.oneOfFour, 1), .secret(.url, 31), .secret(.everyFourth, 1)], &random)
        case .googleNew: TestBody(.text, [.secret(.url, 44)], &random)
        case .deepSeek:
            TestBody(
                .hexadecimal,
                [.secret(.hex, 12), .fixed("4"), .secret(.hex, 3), .secret(.variant, 1), .secret(.hex, 15)], &random)
        case .deepSeekAny: TestBody(.hexadecimal, [.secret(.hex, 32)], &random)
        case .mistral: TestBody(.text, [.secret(.base62, 32)], &random)
        case .groq: TestBody(.text, [.secret(.base62, 20), .groqMarker, .secret(.base62, 24)], &random)
        }
    }

    private static func openAI(_ half: Int, _ random: inout SplitMix) -> TestBody {
        TestBody(
            .text,
            [
                .secret(.url, half), .openAIMarker, .secret(.url, half - 2), .secret(.everyFourth, 1), .fixed("A"),
            ], &random)
    }
}

/// One random body with what of it is secret.
struct TestBody {
    enum Part {
        case fixed(String)
        case secret(TestAlphabet, Int)

        static var openAIMarker: Part { .fixed("T3Blbk" + "FJ") }
        static var groqMarker: Part { .fixed("WGdyb3" + "FY") }
    }

    var characters: [UInt8] = []
    let shape: BodyShape
    private(set) var millibits: [Int] = []

    init(_ kind: FragmentKind, _ parts: [Part], _ random: inout SplitMix) {
        var ranges: [SecretRange] = []
        for part in parts {
            switch part {
            case .fixed(let text):
                characters += Array(text.utf8)
                millibits += Array(repeating: 0, count: text.utf8.count)
            case .secret(let alphabet, let count):
                let start = characters.count
                for _ in 0..<count { characters.append(alphabet.characters.randomElement(using: &random)!) }
                millibits += Array(repeating: alphabet.millibits, count: count)
                ranges.append(SecretRange(start..<characters.count, millibits: alphabet.millibits))
            }
        }
        shape = BodyShape(kind: kind, secretRanges: ranges)
    }

    func worth(_ range: Range<Int>) -> Int { millibits[range].reduce(0, +) }

    var promised: [Range<Int>] {
        let length = shape.kind.fragmentLength
        return (0...characters.count - length).map { $0..<$0 + length }.filter { worth($0) >= 90_000 }
    }
}

enum TestAlphabet {
    case url, base62, hex, variant, oneOfFour, everyFourth

    var characters: [UInt8] {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        return switch self {
        case .url: Array((letters + "-_").utf8)
        case .base62: Array(letters.utf8)
        case .hex: Array("0123456789abcdef".utf8)
        case .variant: Array("89ab".utf8)
        case .oneOfFour: Array("ABCD".utf8)
        case .everyFourth: Array("AEIMQUYcgkosw048".utf8)
        }
    }

    var millibits: Int {
        switch self {
        case .url: SecretRange.base64URL
        case .base62: SecretRange.base62
        case .hex, .everyFourth: SecretRange.hexadecimal
        case .variant, .oneOfFour: 2_000
        }
    }
}

/// The same numbers on every machine (Steele, Lea, Flood 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

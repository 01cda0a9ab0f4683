public import Providers
import Secrets

/// The alphabet of made-up secrets: capital, small letter, digit, over and over, from a few rare ones each. No text
/// and no log runs like that for eight characters, so a leak is recognised without a list of the keys.
public enum PlantedAlphabet {
    /// Which characters may stand at each place of the pattern.
    public static let text: [[UInt8]] = ["QXZJW", "kqvxz", "24579"].map { Array($0.utf8) }
    /// For keys in hexadecimal digits, which logs are full of: two to four times as many places prove a leak.
    public static let hexadecimal: [[UInt8]] = ["0257", "bcef"].map { Array($0.utf8) }

    /// The same letters for the same seed.
    public static func letters(_ count: Int, _ seed: UInt64) -> String {
        String(decoding: letters(count, seed, text), as: UTF8.self)
    }

    public static func hexadecimalDigits(_ count: Int, _ seed: UInt64) -> String {
        String(decoding: letters(count, seed, hexadecimal), as: UTF8.self)
    }

    static func letters(_ count: Int, _ seed: UInt64, _ classes: [[UInt8]]) -> [UInt8] {
        var state = seed
        return (0..<count).map { place in
            let letters = classes[place % classes.count]
            return letters[Int(next(&state) % UInt64(letters.count))]
        }
    }

    /// Base64 of 32 bytes, such as a master key: its text follows the pattern, as far as base64 lets it.
    public static func base64Key(_ seed: UInt64) -> String { letters(42, seed) + "Q=" }

    /// SplitMix64.
    private static func next(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension Provider {
    /// A well-formed key of this provider whose secret parts are of the planted alphabet; it opens nothing.
    public func plantedKey(seed: UInt64) -> [UInt8] {
        var key = decoyKey(seed: seed)
        for (place, segment) in anatomy(of: SecretBytes(copying: key.span)).segments.enumerated() {
            let classes = segment.bitsPerCharacter < 4 ? PlantedAlphabet.hexadecimal : PlantedAlphabet.text
            let letters = PlantedAlphabet.letters(segment.range.count, seed &* 31 &+ UInt64(place), classes)
            key.replaceSubrange(segment.range, with: letters)
        }
        PlantedRecord.add(key, of: self)
        return key
    }
}

import Foundation

/// Lines for `grep -aE -f` that find a planted secret, or a given one, by eight characters in a row, in every form in
/// which such characters travel: as they are, backwards, escaped for URLs, JSON and C, in hex, and in base64 at its
/// three alignments and in both alphabets. Where bytes are 16 bits wide, take out the zero bytes first.
public enum LeakPatterns {
    /// What may stand at each place of a window.
    typealias Window = [[UInt8]]

    private static let width = 8
    /// Eight hexadecimal digits meet by chance: of the planted ones so many in a row are looked for, of a given secret
    /// twelve.
    private static let hexadecimalWidth = 16

    /// Markers and tails that stand inside a key: a window may reach over their edge.
    private static let markers = ["T3BlbkFJ", "WGdyb3FY"]

    /// Of everything that `PlantedAlphabet` makes.
    public static var planted: [String] {
        let windows =
            turns(of: PlantedAlphabet.text, width) + turns(of: PlantedAlphabet.hexadecimal, hexadecimalWidth)
            + edges
        return Array(Set(windows.flatMap(forms))).sorted()
    }

    /// Of one secret that is known, from its first character on.
    public static func of(secret: String) -> [String] {
        let bytes = Array(secret.utf8)
        let isHexadecimal = bytes.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
        let width = isHexadecimal ? 12 : width
        guard bytes.count >= width else { return [] }
        return (0...(bytes.count - width)).flatMap { start in
            forms(bytes[start..<(start + width)].map { [$0] })
        }
    }

    private static func turns(of classes: [[UInt8]], _ width: Int) -> [Window] {
        classes.indices.map { turn in (0..<width).map { classes[(turn + $0) % classes.count] } }
    }

    /// Three to seven secret characters before or behind a marker, and before a tail of `AA`.
    private static var edges: [Window] {
        let around = markers.flatMap { marker in
            (3..<width).flatMap { count -> [Window] in
                let literal = Array(marker.utf8).map { [$0] }
                return turns(of: PlantedAlphabet.text, count).flatMap {
                    [$0 + literal.prefix(width - count), literal.suffix(width - count) + $0]
                }
            }
        }
        let tails = [1, 2].flatMap { count in
            turns(of: PlantedAlphabet.text, width - count).map {
                $0 + Array(repeating: [UInt8(ascii: "A")], count: count)
            }
        }
        return around + tails
    }

    private static func forms(_ window: Window) -> [String] {
        let backwards = Array(window.reversed())
        return [
            window.map(escaped).joined(), backwards.map(oneOf).joined(),
            window.map { "(0x)?" + hex($0) + "(, ?|[ :-])?" }.joined(),
        ] + base64(window)
    }

    private static func escaped(_ bytes: [UInt8]) -> String {
        "(" + oneOf(bytes) + "|(%|\\\\u00|\\\\x)" + hex(bytes) + ")"
    }

    private static func oneOf(_ bytes: [UInt8]) -> String {
        // A class of one needs no escape, whatever the character.
        "[" + String(decoding: bytes, as: UTF8.self) + "]"
    }

    /// Two digits in either case.
    private static func hex(_ bytes: [UInt8]) -> String {
        let alternatives = bytes.map { byte in
            [byte >> 4, byte & 15].map { digit in
                let text = String(digit, radix: 16)
                return digit < 10 ? text : "[\(text)\(text.uppercased())]"
            }.joined()
        }
        return "(" + alternatives.joined(separator: "|") + ")"
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    /// The characters that depend on nothing before or behind the window.
    private static func base64(_ window: Window) -> [String] {
        (0..<3).map { shift in
            let first = (shift * 8 + 5) / 6
            let end = (shift + window.count) * 8 / 6
            return (first..<end).map { place in base64Class(at: place * 6 - shift * 8, in: window) }.joined()
        }
    }

    /// What six bits can be, from that bit of the window on.
    private static func base64Class(at bit: Int, in window: Window) -> String {
        let (left, offset) = (bit / 8, bit % 8)
        let right = offset > 2 ? window[left + 1] : [0]
        var values: Set<Int> = []
        for high in window[left] {
            for low in right { values.insert((Int(high) << 8 | Int(low)) >> (10 - offset) & 63) }
        }
        let letters = values.sorted().map { value in
            // A hyphen stands last in a class.
            value < 62 ? String(UnicodeScalar(alphabet[value])) : value == 62 ? "+" : "/_"
        }.joined()
        return "[" + letters + (values.contains(62) ? "-" : "") + "]"
    }
}

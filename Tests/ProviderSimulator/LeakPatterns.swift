import Foundation

/// What `grep -F -f` searches for to find a key: windows of its secret part, plain, backwards, in hex and in
/// base64 at its three alignments. None of these characters changes in percent or JSON encoding.
struct LeakPatterns {
    let key: [UInt8]

    /// Long enough that chance does not produce one: hexadecimal digits are everywhere in a log.
    private var width: Int { body.allSatisfy { Character(UnicodeScalar($0)).isHexDigit } ? 16 : 12 }

    /// Behind the four characters that may be shown, and behind the literal prefix that every key has.
    private var body: ArraySlice<UInt8> {
        let dash = key.prefix(14).lastIndex { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        return key.dropFirst(max(4, dash.map { $0 + 1 } ?? 4))
    }

    /// Windows side by side: as few patterns as meet every fragment of twice their width.
    var lines: [String] {
        stride(from: body.startIndex, through: body.endIndex - width, by: width).flatMap { start in
            let window = Array(key[start..<(start + width)])
            return [window, window.reversed()].map { String(decoding: $0, as: UTF8.self) }
                + [Self.hex(window)] + Self.base64(window)
        }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// The characters that depend on nothing before or behind the window.
    private static func base64(_ window: [UInt8]) -> [String] {
        (0..<3).map { shift in
            let text = Data(Array(repeating: 0, count: shift) + window).base64EncodedString()
            let bits = (shift + window.count) * 8
            let first = (shift * 8 + 5) / 6
            return String(text.prefix(bits / 6).dropFirst(first))
        }
    }
}

import Foundation

/// A text in every form that the search must find: what proves that it can.
public enum LeakForms {
    /// By the name of the form.
    public static func of(_ text: String) -> [(name: String, bytes: [UInt8])] {
        let bytes = Array(text.utf8)
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        let mixed = zip(text, hex).enumerated().map { place, pair in
            place.isMultiple(of: 2) ? String(pair.0) : "\\u00" + pair.1
        }
        let texts: [(String, String)] = [
            ("plain", text), ("reversed", String(text.reversed())), ("hex", hex.joined()),
            ("hex-upper", hex.joined().uppercased()), ("hex-spaced", hex.joined(separator: " ")),
            ("hex-list", prefixed("0x", hex, ", ")), ("percent", prefixed("%", hex)),
            ("percent-upper", prefixed("%", hex.map { $0.uppercased() })), ("json", prefixed("\\u00", hex)),
            ("json-upper", prefixed("\\u00", hex.map { $0.uppercased() })), ("c", prefixed("\\x", hex)),
            ("mixed", mixed.joined()),
        ]
        var little: [UInt8] = []
        var big: [UInt8] = []
        for byte in bytes {
            little += [byte, 0]
            big += [0, byte]
        }
        return texts.map { ($0.0, Array($0.1.utf8)) } + [("utf16-little", little), ("utf16-big", big)] + base64(bytes)
    }

    private static func prefixed(_ prefix: String, _ hex: [String], _ separator: String = "") -> String {
        hex.map { prefix + $0 }.joined(separator: separator)
    }

    private static func base64(_ bytes: [UInt8]) -> [(String, [UInt8])] {
        (0..<3).flatMap { shift in
            // What stands around it differs, so that only its own characters can be found.
            let text = Data(Array("xyz".utf8.prefix(shift)) + bytes + Array("~?>".utf8)).base64EncodedString()
            let url = text.replacing("+", with: "-").replacing("/", with: "_")
            return [("base64-\(shift)", Array(text.utf8)), ("base64url-\(shift)", Array(url.utf8))]
        }
    }
}

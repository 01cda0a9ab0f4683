/// A file's path, told apart by its bytes: two spellings of a letter are one text and two files.
struct SourcePath: Hashable, Sendable {
    private let bytes: [UInt8]

    init(_ path: String) { bytes = Array(path.utf8) }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// In ASCII, which has but one spelling: whatever else there is, and `%`, as `%XX`.
    var escaped: String {
        var escaped = ""
        for byte in bytes {
            if byte < 0x80, byte != Self.percent {
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                escaped += "%" + String(byte, radix: 16, uppercase: true)
            }
        }
        return escaped
    }

    /// Takes what is no escape as it stands.
    init(escaped: String) {
        var bytes: [UInt8] = []
        var rest = Array(escaped.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == Self.percent, digits.utf8.count == 2, let meant = UInt8(digits, radix: 16) {
                bytes.append(meant)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        self.bytes = bytes
    }

    private static let percent = UInt8(ascii: "%")
}

import Foundation
import Providers

/// Ways in which a key gets into a log.
public enum LeakKind: String, CaseIterable, Sendable {
    case jsonField, bearerHeader, statementParameter, shellCommand, environmentLine, queryEnd, queryMiddle, comma
    case parenthesis, escapedQuote, afterEscapedLineEnd, colour, colourInJSON, afterPercentSpace, longLine
    case cut8, cut12, cut20, middleMasked, tail20, middle24
    case percentPunctuation, percentAll, jsonPunctuation, jsonAll
    case base64Aligned0, base64Aligned1, base64Aligned2, base64URL, basic, base64OfJSON
    case hex, hexCapitals, nodeBuffer, gzipText
    case splitLine, splitLineIndented, splitCarriageReturn, utf16Little, utf16Big

    /// Whether the design promises that this key is found when it leaks like this.
    public func isPromised(_ key: MadeUpKey, isStored: Bool) -> Bool {
        switch self {
        case .cut8, .cut12, .middleMasked: key.hasTellingPrefix
        case .cut20: key.hasTellingPrefix || isStored && key.provider == .mistral
        case .tail20: isStored && key.provider != .deepseek
        case .middle24: isStored
        default: key.provider != .mistral || isStored
        }
    }

    /// Whole lines, with a line end.
    public func lines(_ key: MadeUpKey, _ random: inout CorpusRandom) -> [UInt8] {
        let all = key.text
        return switch self {
        case .utf16Little: Self.wide("key \(all) refused\n", littleEndian: true)
        case .utf16Big: Self.wide("key \(all) refused\n", littleEndian: false)
        default: Array((text(key, &random) + "\n").utf8)
        }
    }

    private func text(_ key: MadeUpKey, _ random: inout CorpusRandom) -> String {
        let all = key.text
        return switch self {
        case .jsonField: #"{"level":30,"api_key":"\#(all)","user":"\#(random.uuid())"}"#
        case .bearerHeader: "> Authorization: Bearer \(all)"
        case .statementParameter: "LOG:  execute <unnamed>: select $1  DETAIL:  parameters: $1 = '\(all)', $2 = '7'"
        case .shellCommand: #"+ curl -H "x-api-key: \#(all)" https://api.example.com/v1/models"#
        case .environmentLine: "PROVIDER_KEY=\(all)"
        case .queryEnd: #"10.1.2.3 "GET /v1beta/models?key=\#(all) HTTP/1.1" 400"#
        case .queryMiddle: #"10.1.2.3 "GET /v1beta/models?key=\#(all)&alt=sse HTTP/1.1" 400"#
        case .comma: "checked keys \(all), and others"
        case .parenthesis: "provider refused (key \(all)) after 2 attempts"
        case .escapedQuote: #"{"msg":"sent {\"key\":\"\#(all)\"} upstream"}"#
        case .afterEscapedLineEnd: #"{"stack":"Error: refused\n\#(all)\n    at check"}"#
        case .colour: "\u{1b}[32m\(all)\u{1b}[39m used"
        case .colourInJSON: #"{"msg":"\u001b[32m\#(all)\u001b[39m used"}"#
        case .afterPercentSpace: "GET /log?text=key%20\(all)%20refused"
        case .longLine: String(repeating: "padding without an end ", count: 20_000) + all + " end"
        case .cut8: "key \(key.prefix + key.body.prefix(8))... refused"
        case .cut12: "key \(key.prefix + key.body.prefix(12))… refused"
        case .cut20: "key \(key.prefix + key.body.prefix(20)) refused"
        case .middleMasked: "key \(key.prefix + key.body.prefix(12))****\(key.body.suffix(8)) refused"
        case .tail20: "key ...\(key.body.suffix(20)) refused"
        case .middle24: "key ...\(key.body.dropFirst(3).prefix(24))... refused"
        default: encoded(key, &random)
        }
    }

    private func encoded(_ key: MadeUpKey, _ random: inout CorpusRandom) -> String {
        let all = key.text
        return switch self {
        case .percentPunctuation: "q=" + all.map { $0 == "-" ? "%2D" : $0 == "_" ? "%5F" : "\($0)" }.joined() + "&x=1"
        case .percentAll: "q=" + all.utf8.map { "%" + Self.hex($0) }.joined() + "&x=1"
        case .jsonPunctuation:
            #"{"k":""# + all.map { $0 == "-" || $0 == "_" ? Self.unicode($0) : "\($0)" }.joined() + #""}"#
        case .jsonAll: #"{"k":""# + all.map(Self.unicode).joined() + #""}"#
        case .base64Aligned0: "blob \(Self.base64(all)) end"
        case .base64Aligned1: "blob \(Self.base64("=" + all + ";")) end"
        case .base64Aligned2: "blob \(Self.base64(": " + all + ";")) end"
        case .base64URL: "blob " + Self.base64("?>~" + all).replacing("+", with: "-").replacing("/", with: "_")
        case .basic: "Authorization: Basic \(Self.base64(all + ":"))"
        case .base64OfJSON: "body \(Self.base64(#"{"model":"m","key":"\#(all)"}"#))"
        case .hex: "bytes \(all.utf8.map(Self.hex).joined()) end"
        case .hexCapitals: "bytes \(all.utf8.map { Self.hex($0).uppercased() }.joined()) end"
        case .nodeBuffer:
            "<Buffer " + all.utf8.prefix(50).map(Self.hex).joined(separator: " ")
                + (all.utf8.count > 50 ? " ... \(all.utf8.count - 50) more bytes>" : ">")
        case .gzipText: "body \(Self.gzipBase64(#"{"model":"m","key":"\#(all)"}"#)) end"
        case .splitLine: "key \(Self.split(all, "\n")) refused"
        case .splitLineIndented: "key \(Self.split(all, "\n        ")) refused"
        case .splitCarriageReturn: "key \(Self.split(all, "\r\n")) refused"
        default: all
        }
    }

    private static func split(_ text: String, _ end: String) -> String {
        let half = text.count / 2
        return text.prefix(half) + end + text.dropFirst(half)
    }

    private static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    private static func unicode(_ character: Character) -> String {
        let code: UInt8 = character.asciiValue ?? 0
        return #"\u00"# + hex(code)
    }

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    private static func wide(_ text: String, littleEndian: Bool) -> [UInt8] {
        text.utf8.flatMap { littleEndian ? [$0, 0] : [0, $0] }
    }

    /// Stored, not compressed: what is compressed is told apart by the inflater's own tests.
    static func gzipBase64(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var member: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1]
        let length = UInt16(bytes.count)
        for value in [length, ~length] { member += [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)] }
        member += bytes
        for value in [CRC32.of(bytes), UInt32(bytes.count)] {
            for shift in stride(from: 0, through: 24, by: 8) {
                member.append(UInt8(truncatingIfNeeded: value >> UInt32(shift)))
            }
        }
        return Data(member).base64EncodedString()
    }
}

enum CRC32 {
    static func of(_ bytes: [UInt8]) -> UInt32 {
        var sum: UInt32 = ~0
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 {
                let isOdd = sum & 1 == 1
                sum >>= 1
                if isOdd { sum ^= 0xEDB8_8320 }
            }
        }
        return ~sum
    }
}

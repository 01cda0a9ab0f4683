import FoundationEssentials
import Providers
import Secrets

/// One key to be imported, read and checked.
struct ImportLine: ~Copyable {
    /// Nil where the line leaves it to us.
    let id: UUID?
    let userID: UUID
    let provider: Provider
    let label: String
    let key: SecretBytes

    static let longestLabel = 100

    init(_ line: Span<UInt8>) throws(ImportFault) {
        guard Self.isUTF8(line) else { throw ImportFault(.notUTF8) }
        let fields = try ImportFields(line)
        var id: UUID?
        if let text = fields[.id] { id = try Self.uuid(text, line, .id) }
        let userID = try Self.uuid(fields.required(.userID), line, .userID)
        let provider = try Self.provider(fields.required(.provider), line)
        let label = try Self.label(fields.required(.label), line)
        let key = try Self.key(fields.required(.key), line)
        if let fault = EnrolledKey.fault(of: key, at: provider) { throw ImportFault(fault, .key) }
        guard !LabelRule.holdsPiece(label, of: key, at: provider) else { throw ImportFault(.holdsKeyPiece, .label) }
        self.id = id
        self.userID = userID
        self.provider = provider
        self.label = label
        self.key = key
    }

    private static func isUTF8(_ line: Span<UInt8>) -> Bool {
        (try? UTF8Span(validating: line)) != nil
    }

    private static func uuid(
        _ text: JSONString, _ line: Span<UInt8>, _ field: ImportField
    ) throws(ImportFault) -> UUID {
        guard !text.hasEscapes, let uuid = UUID(strict: line.extracting(text.range)) else {
            throw ImportFault(.badUUID, field)
        }
        return uuid
    }

    private static func provider(_ text: JSONString, _ line: Span<UInt8>) throws(ImportFault) -> Provider {
        let name = line.extracting(text.range)
        for provider in Provider.allCases where name.isEqual(to: provider.rawValue) { return provider }
        throw ImportFault(.unknownProvider, .provider)
    }

    private static func label(_ text: JSONString, _ line: Span<UInt8>) throws(ImportFault) -> String {
        // A character takes twelve bytes at most, as an escaped pair.
        guard text.range.count <= longestLabel * 12 else { throw ImportFault(.tooLong, .label) }
        var bytes: [UInt8] = []
        try text.decode(line) { bytes.append($0) }
        guard !bytes.contains(0) else { throw ImportFault(.badCharacter, .label) }
        let label = String(decoding: bytes, as: UTF8.self)
        guard label.unicodeScalars.count <= longestLabel else { throw ImportFault(.tooLong, .label) }
        return label
    }

    private static func key(_ text: JSONString, _ line: Span<UInt8>) throws(ImportFault) -> SecretBytes {
        guard text.range.count <= Provider.maximumKeyByteCount * 6 else { throw ImportFault(.tooLong, .key) }
        let key = try SecretBytes(capacity: text.range.count) { output throws(ImportFault) in
            if text.hasEscapes {
                try text.decode(line) { output.append($0) }
            } else {
                for position in text.range { output.append(line[position]) }
            }
        }
        guard key.byteCount <= Provider.maximumKeyByteCount else { throw ImportFault(.tooLong, .key) }
        return key
    }
}

extension UUID {
    /// 36 characters, hyphens in their places, either case.
    init?(strict text: Span<UInt8>) {
        guard text.count == 36 else { return nil }
        var bytes: [16 of UInt8] = .init(repeating: 0)
        var digits = 0
        for position in 0..<36 {
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard text[position] == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = HexDigit.value(text[position]) else { return nil }
            bytes[digits / 2] = bytes[digits / 2] << 4 | digit
            digits &+= 1
        }
        self.init(
            uuid: (
                bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7], bytes[8], bytes[9],
                bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]
            ))
    }
}

internal import Secrets

/// The text form of a keyring. Works on lent bytes, so that no part of a key becomes a `String`.
enum KeyringText {
    static func entries(in text: Span<UInt8>) throws(VaultError) -> [MasterKeyVersion: MasterKey] {
        var keys: [MasterKeyVersion: MasterKey] = [:]
        var number = 0
        var start = 0
        for end in 0...text.count where end == text.count || isSeparator(text[end]) {
            let entry = trimmed(start..<end, in: text)
            start = end + 1
            guard !entry.isEmpty else { continue }
            number += 1
            let key = try masterKey(text.extracting(entry), number)
            guard keys.updateValue(key, forKey: key.version) == nil else {
                throw .malformedKeyring(entry: number, byteCount: entry.count, fault: .repeatedVersion(key.version))
            }
        }
        return keys
    }

    private static func masterKey(_ entry: Span<UInt8>, _ number: Int) throws(VaultError) -> MasterKey {
        func malformed(_ fault: KeyringFault) -> VaultError {
            .malformedKeyring(entry: number, byteCount: entry.count, fault: fault)
        }
        guard let colon = entry.indices.first(where: { entry[$0] == UInt8(ascii: ":") }) else {
            throw malformed(.noColon)
        }
        guard let version = version(entry.extracting(..<colon)) else { throw malformed(.badVersion) }
        let key = try decode(entry.extracting((colon + 1)...), otherwise: malformed(.notBase64))
        guard key.byteCount == MasterKey.byteCount else {
            throw malformed(.wrongKeyLength(byteCount: key.byteCount))
        }
        return try MasterKey(version: version, key: key)
    }

    private static func decode(
        _ text: Span<UInt8>, otherwise fault: VaultError
    ) throws(VaultError) -> SecretBytes {
        do {
            return try Base64.decode(text)
        } catch {
            throw fault
        }
    }

    private static func version(_ digits: Span<UInt8>) -> MasterKeyVersion? {
        guard (1...10).contains(digits.count), digits[0] != UInt8(ascii: "0") else { return nil }
        var number = 0
        for index in digits.indices {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digits[index]) else { return nil }
            number = number * 10 + Int(digits[index] - UInt8(ascii: "0"))
        }
        return MasterKeyVersion(number)
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: ",")
    }

    private static func trimmed(_ range: Range<Int>, in text: Span<UInt8>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isBlank(text[start]) { start += 1 }
        while end > start, isBlank(text[end - 1]) { end -= 1 }
        return start..<end
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }
}

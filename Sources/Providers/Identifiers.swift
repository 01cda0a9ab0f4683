/// Short texts of an answer that may be stored: codes and request identifiers.
enum Identifiers {
    /// The text itself where it is harmless: 1...128 of `A-Za-z0-9._-`, and no eight characters in a row of the key.
    static func checked(_ text: String?, key: Span<UInt8>) -> String? {
        guard let text, (1...128).contains(text.utf8.count), text.utf8.allSatisfy(isAllowed) else { return nil }
        return contains(pieceOf: key, Array(text.utf8)) ? nil : text
    }

    static func requestID(of evidence: Evidence, provider: Provider, key: Span<UInt8>) -> String? {
        for name in headerNames(provider) {
            if let id = checked(evidence.answer.header(name), key: key) { return id }
        }
        return checked(evidence.text("request_id"), key: key)
    }

    static func code(of evidence: Evidence, key: Span<UInt8>) -> String? {
        for reason in evidence.reasons.sorted() {
            if let code = checked(reason, key: key) { return code }
        }
        for path in codePaths {
            if let code = checked(evidence.json?[path]?.text, key: key) { return code }
        }
        return checked(evidence.json?[["code"]]?.integer.map { String($0) }, key: key)
    }

    private static let codePaths = [
        ["error", "details", "error_code"], ["error", "code"], ["code"], ["error", "status"], ["error", "type"],
        ["type"],
    ]

    private static func headerNames(_ provider: Provider) -> [String] {
        switch provider {
        case .anthropic: ["request-id", "cf-ray"]
        case .openai, .groq: ["x-request-id", "cf-ray"]
        case .google: []
        case .deepseek: ["x-ds-trace-id", "cf-ray"]
        case .mistral: ["mistral-correlation-id", "x-kong-request-id", "cf-ray"]
        }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    private static func contains(pieceOf key: Span<UInt8>, _ text: [UInt8]) -> Bool {
        let length = min(8, key.count)
        guard length > 0, text.count >= length else { return false }
        for start in 0...(text.count - length) {
            for offset in 0...(key.count - length)
            where (0..<length).allSatisfy({ text[start + $0] == key[offset + $0] }) {
                return true
            }
        }
        return false
    }
}

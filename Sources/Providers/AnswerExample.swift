/// An answer of a provider as a template: `<key>`, `<head8>`, `<stars>`, `<last4>` and `<id>` stand for what the key
/// and the request make of them, `<models>` for more elements of a list than a check reads.
public struct AnswerExample: Sendable {
    /// Unique within a provider's table.
    public let name: String
    public let status: Int
    public let headers: [(name: String, value: String)]
    let template: String
    /// What the key must start with for the rule to hold; empty where any key will do.
    public let keyPrefix: String

    package init(
        _ name: String, _ status: Int, _ template: String, headers: [(name: String, value: String)] = [],
        type: String = "application/json", keyPrefix: String = ""
    ) {
        self.name = name
        self.status = status
        self.headers = [(name: "content-type", value: type)] + headers
        self.template = template
        self.keyPrefix = keyPrefix
    }

    static func html(
        _ name: String, _ status: Int, _ title: String, headers: [(name: String, value: String)] = []
    ) -> AnswerExample {
        AnswerExample(
            name, status, "<!DOCTYPE html><html><head><title>\(title)</title></head><body></body></html>",
            headers: headers, type: "text/html; charset=UTF-8")
    }

    /// The body that a provider would send to the holder of this key.
    public func body(forKey key: [UInt8], requestID: String) -> [UInt8] {
        Self.fill(template, key, requestID)
    }

    package func headers(forKey key: [UInt8], requestID: String) -> [(name: String, value: String)] {
        headers.map { ($0.name, String(decoding: Self.fill($0.value, key, requestID), as: UTF8.self)) }
    }

    private static func fill(_ template: String, _ key: [UInt8], _ requestID: String) -> [UInt8] {
        let parts: [(mark: String, bytes: [UInt8])] = [
            ("<key>", key), ("<head8>", Array(key.prefix(8))), ("<last4>", Array(key.suffix(4))),
            ("<stars>", Array(repeating: UInt8(ascii: "*"), count: max(0, key.count - 12))),
            ("<id>", Array(requestID.utf8)), ("<models>", Self.models),
        ]
        var rest = Array(template.utf8)[...]
        var filled: [UInt8] = []
        while let byte = rest.first {
            if byte == UInt8(ascii: "<"), let part = parts.first(where: { rest.starts(with: $0.mark.utf8) }) {
                filled += part.bytes
                rest = rest.dropFirst(part.mark.utf8.count)
            } else {
                filled.append(byte)
                rest = rest.dropFirst()
            }
        }
        return filled
    }

    /// Some 100 KiB.
    private static let models: [UInt8] = (0..<1000).flatMap { number in
        Array(#"{"id":"ft:model-\#(number):org::a","object":"model","note":"\"data\":[]}","created":17000},"#.utf8)
    }
}

import Foundation
import HTTPS
import Providers

/// A request without a body, as the checks send it.
struct HTTPRequest {
    var path: String
    /// Names in lower case.
    var headers: [String: String]

    /// Nil until the head is complete.
    init?(_ bytes: [UInt8]) {
        guard bytes.suffix(4).elementsEqual([13, 10, 13, 10]) else { return nil }
        let lines = bytes.split(separator: 10).map { $0.last == 13 ? $0.dropLast() : $0 }
        let words = lines.first.map { $0.split(separator: 32) } ?? []
        path = words.count > 1 ? String(decoding: words[1], as: UTF8.self) : "/"
        headers = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            headers[name] = String(decoding: line[(colon + 1)...].drop { $0 == 32 }, as: UTF8.self)
        }
    }

    func key(_ provider: Provider) -> String {
        let header = provider.secretHeader
        return String((headers[header.name.lowercased()] ?? "").dropFirst(header.prefix.count))
    }
}

enum HTTPResponse {
    static func bytes(_ status: Int, _ headers: [(String, String)], body: [UInt8]) -> [UInt8] {
        var head = "HTTP/1.1 \(status) Simulated\r\ncontent-length: \(body.count)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        return Array((head + "\r\n").utf8) + body
    }
}

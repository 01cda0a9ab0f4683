import Foundation
import Secrets

/// Hexadecimal digits as bytes; anything else is a mistake in the test.
func bytes(hex: some StringProtocol) -> [UInt8] {
    let digits = hex.utf8.map { UInt8($0 <= 57 ? $0 - 48 : $0 - 87) }
    precondition(digits.count.isMultiple(of: 2) && digits.allSatisfy { $0 < 16 })
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// The same bytes on every run, unlike any other seed's.
func patternBytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return UInt8(truncatingIfNeeded: state >> 24)
    }
}

extension SecretBytes {
    init(_ bytes: [UInt8]) { self.init(copying: bytes.span) }

    init(_ text: String) { self.init(Array(text.utf8)) }

    var copiedOut: [UInt8] {
        withBytes { span in span.indices.map { span[$0] } }
    }
}

extension Nonce {
    static func of(_ bytes: [UInt8]) throws -> Nonce {
        guard let nonce = Nonce(bytes.span) else { throw CocoaError(.coderInvalidValue) }
        return nonce
    }
}

enum PackageRoot {
    static let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func data(_ path: String) -> Data? { try? Data(contentsOf: url.appending(path: path)) }
}

/// A function of libcrypto that `Secrets` keeps to itself, to look behind its back.
func libcrypto<Function>(_ name: String, as type: Function.Type) throws -> Function {
    guard let symbol = dlsym(nil, name) else { throw CocoaError(.featureUnsupported) }
    return unsafeBitCast(symbol, to: type)
}

func openSSLErrorIsPending() throws -> Bool {
    try libcrypto("ERR_peek_error", as: (@convention(c) () -> UInt).self)() != 0
}

/// `#expect` takes an expression apart and copies what it finds; spans and secrets refuse that.
func holds(_ claim: () throws -> Bool) rethrows -> Bool { try claim() }

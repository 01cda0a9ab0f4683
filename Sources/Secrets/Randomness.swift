internal import COpenSSL

/// OpenSSL's generator, seeded by the kernel. Every function throws
/// ``SecretsError/noRandomness(code:)`` rather than return something predictable.
public enum Randomness {
    public static func bytes(_ count: Int) throws(SecretsError) -> [UInt8] {
        try [UInt8](capacity: count) { output throws(SecretsError) in try unsafe fill(&output, with: RAND_bytes) }
    }

    public static func secretBytes(_ count: Int) throws(SecretsError) -> SecretBytes {
        try SecretBytes(byteCount: count) { output throws(SecretsError) in
            try unsafe fill(&output, with: RAND_priv_bytes)
        }
    }

    /// 16 bytes of an RFC 9562 version 4 identifier.
    public static func uuidBytes() throws(SecretsError) -> [UInt8] {
        var bytes = try bytes(16)
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        return bytes
    }

    private static func fill(
        _ output: inout OutputSpan<UInt8>, with generator: (UnsafeMutablePointer<UInt8>?, Int32) -> Int32
    ) throws(SecretsError) {
        guard output.capacity > 0 else { return }
        guard let length = Int32(exactly: output.capacity) else {
            throw .messageTooLong(byteCount: output.capacity)
        }
        let result = unsafe output.withUnsafeMutableBufferPointer { buffer, filled in
            let result = unsafe generator(buffer.baseAddress, length)
            filled = result == 1 ? buffer.count : 0
            return result
        }
        guard result == 1 else { throw .noRandomness(code: ErrorQueue.drain()) }
    }
}

import FoundationEssentials
import System

/// Reads PostgreSQL's binary forms. Every function gives `nil` for bytes that are not one.
enum BinaryReader {
    static func integer(_ bytes: Span<UInt8>, at start: Int = 0, byteCount: Int) -> Int64? {
        guard start >= 0, start <= bytes.count, bytes.count &- start >= byteCount, byteCount > 0 else { return nil }
        var value = Int64(Int8(bitPattern: bytes[start]))
        for index in 1..<byteCount where byteCount > 1 { value = value << 8 | Int64(bytes[start &+ index]) }
        return value
    }

    static func uuid(_ b: Span<UInt8>) -> UUID? {
        guard b.count == 16 else { return nil }
        return UUID(
            uuid: (
                b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]
            ))
    }

    /// Infinity is no moment: `nil`.
    static func timestamp(_ bytes: Span<UInt8>) -> Timestamp? {
        guard bytes.count == 8, let value = integer(bytes, byteCount: 8), value != .max, value != .min else {
            return nil
        }
        let (since1970, overflow) = value.addingReportingOverflow(BinaryWriter.epoch)
        return overflow ? nil : Timestamp(microseconds: since1970)
    }

    static func text(_ bytes: Span<UInt8>) -> String? {
        guard let valid = try? UTF8Span(validating: bytes) else { return nil }
        return String(copying: valid)
    }

    static func bytes(_ span: Span<UInt8>) -> [UInt8] {
        [UInt8](capacity: span.count) { output in
            for index in span.indices { output.append(span[index]) }
        }
    }

    /// Elements of a one-dimensional array of `type`; `read` gives `nil` for a malformed one.
    static func array<Element>(
        _ bytes: Span<UInt8>, of type: UInt32, _ read: (Span<UInt8>) -> Element?
    ) -> [Element?]? {
        guard let dimensions = integer(bytes, byteCount: 4), let found = integer(bytes, at: 8, byteCount: 4),
            UInt32(truncatingIfNeeded: found) == type
        else { return nil }
        if dimensions == 0 { return [] }
        guard dimensions == 1, let count = integer(bytes, at: 12, byteCount: 4), count >= 0 else { return nil }
        var elements: [Element?] = []
        var position = 20
        for _ in 0..<count {
            guard let length = integer(bytes, at: position, byteCount: 4) else { return nil }
            position &+= 4
            if length < 0 {
                elements.append(nil)
                continue
            }
            guard bytes.count &- position >= Int(length),
                let element = read(bytes.extracting(position..<(position &+ Int(length))))
            else { return nil }
            elements.append(element)
            position &+= Int(length)
        }
        return elements
    }
}

import FoundationEssentials
import System

/// Appends values in PostgreSQL's binary form: big-endian, an array as
/// `dimensions | has NULL | element type | count | 1 | (length | element)…`.
struct BinaryWriter {
    private(set) var bytes: [UInt8] = []

    /// Microseconds between 1970 and PostgreSQL's epoch, 2000-01-01.
    static let epoch: Int64 = 946_684_800_000_000

    mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        var shift = Number.bitWidth
        while shift > 0 {
            shift &-= 8
            bytes.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
        }
    }

    mutating func append(_ uuid: UUID) {
        let u = uuid.uuid
        bytes.append(contentsOf: [
            u.0, u.1, u.2, u.3, u.4, u.5, u.6, u.7, u.8, u.9, u.10, u.11, u.12, u.13, u.14, u.15,
        ])
    }

    mutating func append(_ time: Timestamp) {
        let (value, overflow) = time.microseconds.subtractingReportingOverflow(Self.epoch)
        // One past the last or first moment the type holds: the server refuses it, as it should.
        append(overflow ? Int64.min + 1 : value)
    }

    mutating func append(_ duration: Duration) {
        append(duration.clampedMicroseconds)
        append(Int64(0))
    }

    mutating func append(raw: some Sequence<UInt8>) { bytes.append(contentsOf: raw) }

    mutating func appendArray<Element>(
        _ elements: [Element?], of type: UInt32, _ appendElement: (inout BinaryWriter, Element) -> Void
    ) {
        append(Int32(elements.isEmpty ? 0 : 1))
        append(Int32(elements.contains { $0 == nil } ? 1 : 0))
        append(type)
        guard !elements.isEmpty else { return }
        append(Int32(truncatingIfNeeded: elements.count))
        append(Int32(1))
        for element in elements {
            guard let element else {
                append(Int32(-1))
                continue
            }
            let start = bytes.count
            append(Int32(0))
            appendElement(&self, element)
            setLength(at: start)
        }
    }

    private mutating func setLength(at start: Int) {
        let length = UInt32(truncatingIfNeeded: bytes.count &- start &- 4)
        for index in 0..<4 { bytes[start &+ index] = UInt8(truncatingIfNeeded: length >> UInt32(24 &- 8 &* index)) }
    }
}

import Foundation
import Secrets
import Testing

private struct Refused: Error {}

private final class Box: Sendable {
    let secret: SecretBytes

    init(_ seed: UInt64) { secret = SecretBytes(patternBytes(16_384, seed: seed)) }
}

struct SecretBytesTests {
    @Test func `what is filled in is lent out unchanged`() {
        let pattern = patternBytes(1_000, seed: 1)

        let secret = SecretBytes(pattern)

        #expect(secret.byteCount == 1_000)
        #expect(secret.copiedOut == pattern)
    }

    @Test func `an empty secret is a secret`() {
        let secret = SecretBytes([UInt8]())

        #expect(secret.byteCount == 0)
        #expect(secret.copiedOut.isEmpty)
        #expect(holds { secret.matches(SecretBytes([UInt8]())) })
    }

    @Test func `a capacity may be left unused`() {
        let secret = SecretBytes(capacity: 64) { $0.append(7) }

        #expect(secret.copiedOut == [7])
    }

    @Test func `only the same bytes match`() {
        let secret = SecretBytes([1, 2, 3])

        #expect(holds { secret.matches(SecretBytes([1, 2, 3])) })
        #expect(holds { !secret.matches(SecretBytes([1, 2, 4])) })
        #expect(holds { !secret.matches(SecretBytes([1, 2])) })
        #expect(holds { secret.matches([1, 2, 3].span) })
    }

    @Test func `a secret filled in part ends the process`() async {
        await #expect(processExitsWith: .failure) {
            _ = SecretBytes(byteCount: 2) { $0.append(1) }
        }
    }

    @Test func `the secure heap holds only zeros where a secret was`() async {
        await #expect(processExitsWith: .success) {
            let address = lend(patternBytes(4_096, seed: 2))

            // Once free, the heap keeps its own list in the first 16 bytes.
            #expect(address[16...].allSatisfy { $0 == 0 })
        }
    }

    @Test func `no page holds a secret once it is dropped, on the secure heap or beside it`() async {
        await #expect(processExitsWith: .success) {
            for byteCount in [64, 3 << 20] {
                try readWhileAliveAndDropped(byteCount, patternBytes(32, seed: 3))
            }
        }
    }

    @Test func `a fill that throws leaves nothing behind`() async {
        await #expect(processExitsWith: .success) {
            let needle = patternBytes(64, seed: 4)
            #expect(throws: Refused.self) { try fillAndThrow(needle) }
            let copies = try ProcessMemory.copies(of: needle)
            #expect(copies == 0)
        }
    }

    @Test func `when the secure heap is full, secrets go to ordinary memory and are counted`() async {
        await #expect(processExitsWith: .success) {
            let before = SecureHeap.usedByteCount
            var boxes: [Box] = []
            for seed in 1...100 { boxes.append(Box(UInt64(seed))) }

            #expect(SecureHeap.overflowCount == 100 - SecureHeap.byteCount / 16_384)
            for (index, box) in boxes.enumerated() {
                let pattern = patternBytes(16_384, seed: UInt64(index + 1))
                #expect(holds { box.secret.matches(pattern.span) })
            }

            boxes = []
            #expect(SecureHeap.usedByteCount == before)
        }
    }

    @Test func `the secure heap starts once and says how well it is guarded`() {
        #expect(SecureHeap.start() == SecureHeap.start())
        #expect(SecureHeap.start() != .none)
    }

    @Test func `comparing in constant time is comparing`() {
        #expect(holds { ConstantTime.equal([UInt8]().span, [UInt8]().span) })
        #expect(holds { ConstantTime.equal([9, 8].span, [9, 8].span) })
        #expect(holds { !ConstantTime.equal([9, 8].span, [9, 9].span) })
        #expect(holds { !ConstantTime.equal([9].span, [9, 8].span) })
    }
}

/// Where a secret stood; it is dropped when this returns.
private func lend(_ pattern: [UInt8]) -> UnsafeBufferPointer<UInt8> {
    let secret = SecretBytes(pattern)
    return secret.withBytes { span in span.withUnsafeBufferPointer { UnsafeBufferPointer(rebasing: $0[...]) } }
}

private func readWhileAliveAndDropped(_ byteCount: Int, _ needle: [UInt8]) throws {
    do {
        let secret = SecretBytes(byteCount: byteCount) { output in
            for index in 0..<byteCount { output.append(index < needle.count ? needle[index] : 0) }
        }
        #expect(try ProcessMemory.copies(of: needle) >= 1)
        #expect(secret.byteCount == byteCount)
    }
    #expect(try ProcessMemory.copies(of: needle) == 0)
}

private func fillAndThrow(_ needle: [UInt8]) throws(Refused) {
    _ = try SecretBytes(byteCount: 128) { output throws(Refused) in
        for byte in needle { output.append(byte) }
        throw Refused()
    }
}

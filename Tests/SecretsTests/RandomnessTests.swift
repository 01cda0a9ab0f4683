import Foundation
import Secrets
import Testing

struct RandomnessTests {
    @Test func `a million nonces are all different`() throws {
        var source = NonceSource()
        var seen: Set<Nonce> = []
        seen.reserveCapacity(1_000_000)

        for _ in 0..<1_000_000 { seen.insert(try source.next()) }

        #expect(seen.count == 1_000_000)
    }

    @Test func `random bytes have the length asked for and differ`() throws {
        #expect(try Randomness.bytes(0).isEmpty)
        #expect(try Randomness.bytes(31).count == 31)
        #expect(try Randomness.bytes(32) != Randomness.bytes(32))
        #expect(try !Randomness.secretBytes(32).matches(Randomness.secretBytes(32)))
    }

    @Test func `an identifier says version 4`() throws {
        for _ in 0..<64 {
            let bytes = try Randomness.uuidBytes()
            #expect(bytes.count == 16)
            #expect(bytes[6] >> 4 == 4)
            #expect(bytes[8] >> 6 == 2)
        }
    }

    @Test func `only twelve bytes are a nonce`() {
        #expect(Nonce(patternBytes(11, seed: 1).span) == nil)
        #expect(Nonce(patternBytes(13, seed: 1).span) == nil)
        #expect(Nonce(patternBytes(12, seed: 1).span) == Nonce(patternBytes(12, seed: 1).span))
        #expect(Nonce(patternBytes(12, seed: 1).span) != Nonce(patternBytes(12, seed: 2).span))
    }

    @Test func `without randomness nothing is handed out, not even what is left of an old block`() async {
        await #expect(processExitsWith: .success) {
            var source = NonceSource()
            for _ in 0..<256 { _ = try source.next() }
            try breakRandomness()

            for _ in 0..<3 {
                #expect(throws: SecretsError.self) { _ = try source.next() }
            }
            #expect(throws: SecretsError.self) { _ = try Randomness.bytes(1) }
            #expect(throws: SecretsError.self) { _ = try Randomness.secretBytes(1) }
            #expect(throws: SecretsError.self) { _ = try Randomness.uuidBytes() }
            #expect(try !openSSLErrorIsPending())
        }
    }
}

/// Gives OpenSSL a generator that always fails, as a drained or forbidden kernel source would.
private func breakRandomness() throws {
    typealias Fill = @convention(c) (UnsafeMutablePointer<UInt8>?, Int32) -> Int32
    typealias SetMethod = @convention(c) (UnsafeRawPointer?) -> Int32
    let fails: Fill = { _, _ in 0 }
    let method = UnsafeMutablePointer<Fill?>.allocate(capacity: 6)
    method.initialize(repeating: nil, count: 6)
    method[1] = fails
    method[4] = fails
    let result = try libcrypto("RAND_set_rand_method", as: SetMethod.self)(method)
    #expect(result == 1)
}

import Foundation
import Secrets
import Testing

@testable import Vault

struct SealedFormatTests {
    @Test func `the page has vectors`() throws {
        #expect(try FormatVector.all().count == 2)
    }

    @Test(arguments: try FormatVector.all())
    func `a vector of the page opens, and sealing with its nonce gives its bytes`(_ vector: FormatVector) throws {
        var sealer = try KeySealer(keyring: vector.keyring)
        let nonce = try #require(makeNonce(vector.bytes("nonce")))
        let key = Array(vector["key"].utf8)
        let binding = try vector.binding

        #expect(binding.additionalData == vector.bytes("additional data"))
        #expect(try sealer.seal(SecretBytes(key), for: binding, nonce: nonce) == vector.bytes("sealed"))
        #expect(try sealer.open(SealedKey(vector.bytes("sealed")), for: binding).copiedOut == key)
        #expect(try SealedKey(vector.bytes("sealed")).nonce == nonce)
    }

    @Test(arguments: try FormatVector.all())
    func `the check value of the page is the master key's`(_ vector: FormatVector) throws {
        let keyring = try vector.keyring
        let key = try #require(keyring[vector.binding.masterKeyVersion])
        var stored = vector.bytes("check value")

        #expect(key.checkValue == stored)
        #expect(isProved(key, by: stored))
        stored[31] ^= 1
        #expect(!isProved(key, by: stored))
        #expect(!isProved(key, by: []))
    }

    @Test func `a check value tells version and key apart`() throws {
        let keyring = try Keyring.holding([(1, madeUpMasterKey(1)), (2, madeUpMasterKey(1)), (3, madeUpMasterKey(3))])
        let values = keyring.versions.compactMap { keyring[$0]?.checkValue }

        #expect(Set(values).count == 3)
        #expect(values.allSatisfy { $0.count == 32 })
    }

    private func makeNonce(_ bytes: [UInt8]) -> Nonce? { Nonce(bytes.span) }

    private func isProved(_ key: MasterKey, by stored: [UInt8]) -> Bool { key.isProved(by: stored.span) }
}

import Foundation
import Secrets
import Testing
import Vault

struct KeySealerTests {
    static let keyring = try? Keyring.holding([(1, madeUpMasterKey(1)), (2, madeUpMasterKey(2))])

    let key = Array("synthetic-key-of-nobody".utf8)
    let binding: SealBinding

    init() throws {
        binding = try SealBinding(
            keyID: UUID(), userID: UUID(), masterKeyVersion: #require(MasterKeyVersion(1)), provider: "mistral")
    }

    @Test func `a sealed key opens for its row`() throws {
        var sealer = try makeSealer()
        for length in [1, 23, 511, 512] {
            let key = [UInt8](repeating: 0x6B, count: length)
            let sealed = try sealer.seal(SecretBytes(key), for: binding)

            #expect(sealed.count == length + SealedKey.overhead)
            #expect(sealed[0] == 0x01)
            #expect(try sealer.open(SealedKey(sealed), for: binding).copiedOut == key)
        }
        #expect(sealer.sealedCount == 4)
        #expect(sealer.openedCount == 4)
    }

    @Test func `the same key never seals to the same bytes`() throws {
        var sealer = try makeSealer()
        var nonces: Set<Nonce> = []
        for _ in 0..<10_000 { nonces.insert(try SealedKey(sealer.seal(SecretBytes(key), for: binding)).nonce) }
        #expect(nonces.count == 10_000)
    }

    @Test func `every flipped bit is noticed, whatever field it is in`() throws {
        var sealer = try makeSealer()
        let sealed = try sealer.seal(SecretBytes(key), for: binding)
        for bit in 0..<sealed.count * 8 {
            var changed = sealed
            changed[bit / 8] ^= 1 << (bit % 8)
            let expected = bit < 8 ? VaultError.unknownFormat(changed[0]) : .notAuthentic
            #expect(throws: expected, "bit \(bit)") { try open(changed, for: binding) }
        }
    }

    @Test func `a row cut short or made longer does not open`() throws {
        var sealer = try makeSealer()
        let sealed = try sealer.seal(SecretBytes(key), for: binding)
        for length in 0..<sealed.count {
            let expected = length < 30 ? VaultError.tooShort(byteCount: length) : .notAuthentic
            #expect(throws: expected) { try open(Array(sealed.prefix(length)), for: binding) }
        }
        #expect(throws: VaultError.notAuthentic) { try open(sealed + [0], for: binding) }
        #expect(throws: VaultError.notAuthentic) { try open(sealed + sealed, for: binding) }
    }

    @Test func `a row copied to another key, user, version or provider does not open`() throws {
        var sealer = try makeSealer()
        let sealed = try sealer.seal(SecretBytes(key), for: binding)
        let version = binding.masterKeyVersion
        let others = try [
            SealBinding(keyID: UUID(), userID: binding.userID, masterKeyVersion: version, provider: "mistral"),
            SealBinding(keyID: binding.keyID, userID: UUID(), masterKeyVersion: version, provider: "mistral"),
            SealBinding(keyID: binding.userID, userID: binding.keyID, masterKeyVersion: version, provider: "mistral"),
            SealBinding(keyID: binding.keyID, userID: binding.userID, masterKeyVersion: version, provider: "groq"),
            SealBinding(keyID: binding.keyID, userID: binding.userID, masterKeyVersion: version, provider: "Mistral"),
            SealBinding(keyID: binding.keyID, userID: binding.userID, masterKeyVersion: version, provider: ""),
            binding.under(#require(MasterKeyVersion(2))),
        ]
        for other in others {
            #expect(throws: VaultError.notAuthentic) { try open(sealed, for: other) }
        }
    }

    @Test func `the version counts even when two versions hold the same master key`() throws {
        var sealer = try KeySealer(keyring: .holding([(1, madeUpMasterKey(1)), (2, madeUpMasterKey(1))]))
        let sealed = try sealer.seal(SecretBytes(key), for: binding)
        let other = try binding.under(#require(MasterKeyVersion(2)))
        #expect(throws: VaultError.notAuthentic) { _ = try sealer.open(SealedKey(sealed), for: other) }
    }

    @Test func `a version we have no key for is not the row's fault`() throws {
        let sealed = try {
            var sealer = try makeSealer(); return try sealer.seal(SecretBytes(key), for: binding)
        }()
        let version = try #require(MasterKeyVersion(9))
        #expect(throws: VaultError.unknownMasterKeyVersion(version)) { try open(sealed, for: binding.under(version)) }
        #expect(!VaultError.unknownMasterKeyVersion(version).isRowsFault)
        for fault in [VaultError.missing, .tooShort(byteCount: 1), .unknownFormat(2), .notAuthentic] {
            #expect(fault.isRowsFault)
        }
    }

    @Test func `NULL, nothing, an unknown format and ten megabytes are told apart`() throws {
        #expect(throws: VaultError.missing) { try SealedKey(nil) }
        #expect(throws: VaultError.tooShort(byteCount: 0)) { try SealedKey([]) }
        #expect(throws: VaultError.tooShort(byteCount: 29)) { try SealedKey([1] + [UInt8](repeating: 0, count: 28)) }
        for format in UInt8.min...UInt8.max where format != 1 {
            #expect(throws: VaultError.unknownFormat(format)) { try open([format], for: binding) }
        }
        let large = [1] + [UInt8](repeating: 0, count: 10 << 20)
        #expect(throws: VaultError.tooLong(byteCount: large.count)) { try open(large, for: binding) }
    }

    @Test(arguments: [0, 513, 10 << 20])
    func `a key that no column would take is not sealed`(_ length: Int) throws {
        var sealer = try makeSealer()
        let key = [UInt8](repeating: 0x6B, count: length)
        #expect(throws: VaultError.self) { _ = try sealer.seal(SecretBytes(key), for: binding) }
        #expect(sealer.sealedCount == 0)
    }

    @Test func `a refused row does not spoil the next one`() throws {
        var sealer = try makeSealer()
        for round in 0..<50 {
            var sealed = try sealer.seal(SecretBytes(key), for: binding)
            #expect(try sealer.open(SealedKey(sealed), for: binding).copiedOut == key)
            sealed[13 + round % key.count] ^= 0x80
            #expect(throws: VaultError.notAuthentic) { _ = try sealer.open(SealedKey(sealed), for: binding) }
        }
    }

    private func makeSealer() throws -> KeySealer { try KeySealer(keyring: #require(Self.keyring)) }

    private func open(_ sealed: [UInt8], for binding: SealBinding) throws {
        var sealer = try makeSealer()
        _ = try sealer.open(sealed.span, for: binding)
    }
}

import Foundation
import Secrets
import Testing
import Vault

struct RewrapperTests {
    let keyring: Keyring
    let target: MasterKeyVersion
    let binding: SealBinding
    let key = Array("synthetic-key-of-nobody".utf8)

    init() throws {
        keyring = try .holding([(1, madeUpMasterKey(1)), (2, madeUpMasterKey(2))])
        target = try #require(MasterKeyVersion(2))
        binding = try SealBinding(
            keyID: UUID(), userID: UUID(), masterKeyVersion: #require(MasterKeyVersion(1)), provider: "mistral")
    }

    private func sealed(_ key: [UInt8]? = nil) throws -> [UInt8] {
        var sealer = try KeySealer(keyring: keyring)
        return try sealer.seal(SecretBytes(key ?? self.key), for: binding)
    }

    @Test func `what is sealed anew opens under the target and for this row only`() throws {
        var rewrapper = try Rewrapper(keyring: keyring, target: target)
        var sealer = try KeySealer(keyring: keyring)
        for length in [1, 23, 108, 512] {
            let key = [UInt8](repeating: 0x6B, count: length)
            let old = try sealed(key)

            let new = try rewrapper.rewrap(old.span, for: binding)

            #expect(new.count == old.count)
            #expect(try SealedKey(new).nonce != SealedKey(old).nonce)
            #expect(try sealer.open(SealedKey(new), for: binding.under(target)).copiedOut == key)
            #expect(throws: VaultError.notAuthentic) { _ = try sealer.open(SealedKey(new), for: binding) }
        }
        #expect(rewrapper.openedCount == 4)
        #expect(rewrapper.sealedCount == 4)
    }

    @Test func `every flipped bit is the row's fault, and the next row is none the worse`() throws {
        var rewrapper = try Rewrapper(keyring: keyring, target: target)
        let old = try sealed()
        for bit in 0..<old.count * 8 {
            var changed = old
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: bit < 8 ? VaultError.unknownFormat(changed[0]) : .notAuthentic) {
                _ = try rewrapper.rewrap(changed.span, for: binding)
            }
        }
        #expect(try rewrapper.rewrap(old.span, for: binding).count == old.count)
        #expect(rewrapper.sealedCount == 1)
    }

    @Test(arguments: [0, 1, 29, 542, 8192])
    func `a length that no key has is told and not opened`(_ length: Int) throws {
        var rewrapper = try Rewrapper(keyring: keyring, target: target)
        let row = [UInt8](repeating: 1, count: length)

        #expect(throws: VaultError.self) { _ = try rewrapper.rewrap(row.span, for: binding) }
        #expect(rewrapper.openedCount == 0)
    }

    @Test func `a version that we do not hold is not the row's fault`() throws {
        var rewrapper = try Rewrapper(keyring: keyring, target: target)
        let version = try #require(MasterKeyVersion(9))
        let old = try sealed()

        #expect(throws: VaultError.unknownMasterKeyVersion(version)) {
            _ = try rewrapper.rewrap(old.span, for: binding.under(version))
        }
        #expect(throws: VaultError.unknownMasterKeyVersion(version)) {
            _ = try Rewrapper(keyring: keyring, target: version)
        }
    }

    @Test func `a hundred thousand rows leave nothing on the secure heap`() throws {
        var rewrapper = try Rewrapper(keyring: keyring, target: target)
        let old = try sealed()
        _ = try rewrapper.rewrap(old.span, for: binding)
        let (used, overflowed) = (SecureHeap.usedByteCount, SecureHeap.overflowCount)
        for _ in 0..<100_000 { _ = try rewrapper.rewrap(old.span, for: binding) }

        // Other tests use the heap at the same time; a leak of one buffer a row would fill it a hundred times.
        #expect(SecureHeap.usedByteCount < used + 100_000)
        #expect(SecureHeap.overflowCount < overflowed + 1000)
    }

    @Test func `the same key under two numbers is found out`() throws {
        let twins = try Keyring.holding([(1, madeUpMasterKey(1)), (2, madeUpMasterKey(1)), (3, madeUpMasterKey(3))])
        let versions = twins.versions.compactMap { twins[$0] }

        #expect(versions[0].isSameKey(as: versions[1]))
        #expect(!versions[0].isSameKey(as: versions[2]))
    }
}

import Foundation
import Secrets
import Testing
import Vault

struct KeyringTests {
    static let first = Data(madeUpMasterKey(1)).base64EncodedString()
    static let second = Data(madeUpMasterKey(2)).base64EncodedString()

    @Test(arguments: [
        "1:\(first)\n7:\(second)", "1:\(first)\n7:\(second)\n", "7:\(second),1:\(first)", "1:\(first),7:\(second),",
        "\r\n 1:\(first) \r\n\r\n\t7:\(second)\r\n", ",,1:\(first),\n,7:\(second)\n",
    ])
    func `entries stand on lines or between commas`(_ text: String) throws {
        let keyring = try parse(text)

        #expect(keyring.versions.map(\.rawValue) == [1, 7])
        #expect(keyring[try #require(MasterKeyVersion(7))]?.version.rawValue == 7)
        #expect(keyring[try #require(MasterKeyVersion(2))] == nil)
    }

    @Test func `the largest version is the largest of the column`() throws {
        #expect(try parse("2147483647:\(Self.first)").versions.map(\.rawValue) == [.max])
    }

    @Test(arguments: ["", "\n", " ,\r\n, "])
    func `a keyring without entries is refused`(_ text: String) {
        #expect(throws: VaultError.emptyKeyring) { try parse(text) }
    }

    @Test(arguments: ["0", "-1", "+1", "01", "", "1.0", "x", "2147483648", "4294967297", "99999999999", " 1 ", "١"])
    func `a version that is no plain number from 1 is refused`(_ version: String) {
        let entry = "\(version):\(Self.first)"
        let length = entry.drop(while: \.isWhitespace).utf8.count
        #expect(throws: VaultError.malformedKeyring(entry: 1, byteCount: length, fault: .badVersion)) {
            try parse(entry)
        }
    }

    @Test(arguments: [0, 1, 16, 31, 33, 64])
    func `a key that is not 32 bytes long is refused with its length`(_ length: Int) {
        let bad = "2:" + Data(repeating: 7, count: length).base64EncodedString()
        let fault = KeyringFault.wrongKeyLength(byteCount: length)
        #expect(throws: VaultError.malformedKeyring(entry: 2, byteCount: bad.utf8.count, fault: fault)) {
            try parse("1:\(Self.first)\n\n\(bad)")
        }
    }

    @Test(arguments: ["!", "=", "\u{0}", " =", "A", "\u{FF}"])
    func `what is not strict base64 is refused`(_ tail: String) {
        let bad = "3:\(Self.first.dropLast())\(tail)x"
        #expect(throws: VaultError.malformedKeyring(entry: 1, byteCount: bad.utf8.count, fault: .notBase64)) {
            try parse(bad)
        }
    }

    @Test func `an entry without a colon is refused`() {
        #expect(throws: VaultError.malformedKeyring(entry: 2, byteCount: 44, fault: .noColon)) {
            try parse("1:\(Self.first),\(Self.second)")
        }
    }

    @Test(arguments: [first, second])
    func `a version given twice is refused, with the same key or another`(_ again: String) throws {
        let fault = try KeyringFault.repeatedVersion(#require(MasterKeyVersion(1)))
        #expect(throws: VaultError.malformedKeyring(entry: 2, byteCount: 46, fault: fault)) {
            try parse("1:\(Self.first)\n1:\(again)")
        }
    }

    @Test func `random garbage is refused, never trapped on, and never quoted`() {
        var state: UInt64 = 42
        for length in 0..<2_000 {
            let garbage = (0..<length % 200).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1
                return UInt8(truncatingIfNeeded: state >> 33)
            }
            #expect(throws: VaultError.self) { _ = try Keyring(parsing: SecretBytes(garbage)) }
        }
        #expect(throws: VaultError.self) { try parse("secretsecret:" + Self.first) }
        #expect(throws: VaultError.self) { try parse("1:" + String(repeating: "A", count: 1 << 20)) }
    }

    @Test func `the keyring is read from its variable, which is erased`() async {
        await #expect(processExitsWith: .success) {
            setenv("BYOK_MASTER_KEYS", "1:\(KeyringTests.first)", 1)
            let keyring = try Keyring.read()
            #expect(keyring?.versions.map(\.rawValue) == [1])
            #expect(getenv("BYOK_MASTER_KEYS") == nil)
            let again = try Keyring.read()
            #expect(again == nil)

            setenv("BYOK_MASTER_KEYS_FILE", "/dev/zero", 1)
            let fault = SecretSourceError(variable: "BYOK_MASTER_KEYS_FILE", reason: .notARegularFile)
            #expect(throws: VaultError.unreadableKeyring(fault)) { try Keyring.read() }
        }
    }

    @discardableResult
    private func parse(_ text: String) throws -> Keyring {
        try Keyring(parsing: SecretBytes(Array(text.utf8)))
    }
}

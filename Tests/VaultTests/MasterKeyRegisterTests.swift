import Foundation
import Postgres
import TestSupport
import Testing
import Vault

struct MasterKeyRegisterTests {
    @Test func `keys are proved, seals booked, and a wrong key is named before a row is touched`() async throws {
        let database = try PrivateCluster.shared.makeDatabase(schema: true)
        let connection = PostgresConnection(try ConnectionSettings(variables: database.environment))
        let one = try Keyring.holding([(1, madeUpMasterKey(1)), (2, madeUpMasterKey(2))])
        let version = try #require(MasterKeyVersion(1))

        await #expect(throws: VaultError.noCurrentMasterKey) {
            try await MasterKeyRegister(proving: one, on: connection)
        }
        let check = try #require(one[version]).checkValue.map { String(format: "%02x", $0) }.joined()
        _ = try database.psql("select byok.register_master_key(1, '\\x\(check)')")
        let register = try await MasterKeyRegister(proving: one, on: connection)
        #expect(register.current == version)

        #expect(try await MasterKeyRegister.reserveSeals(1_000, under: version, on: connection) == 1_000)
        #expect(try await MasterKeyRegister.reserveSeals(24, under: version, on: connection) == 1_024)
        await #expect(throws: VaultError.noSealsLeft(version)) {
            try await MasterKeyRegister.reserveSeals(1 << 32, under: version, on: connection)
        }

        await #expect(throws: VaultError.wrongMasterKey(version)) {
            try await MasterKeyRegister(proving: .holding([(1, madeUpMasterKey(9))]), on: connection)
        }
        await #expect(throws: VaultError.unknownMasterKeyVersion(version)) {
            try await MasterKeyRegister(proving: .holding([(2, madeUpMasterKey(2))]), on: connection)
        }
    }
}

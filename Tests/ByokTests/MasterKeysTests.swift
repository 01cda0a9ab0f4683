import Foundation
import TestSupport
import Testing

@Suite struct MasterKeysTests {
    @Test func `a key is made once, privately, and never over another`() throws {
        let fixture = try OperatorFixture()
        let mode = try FileManager.default.attributesOfItem(atPath: fixture.keyFile)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try fixture.run(["master-keys", "generate", "--to-file", fixture.keyFile]).status == 74)
        #expect(try fixture.run(["master-keys", "generate", "--json"]).status == 64)
        #expect(try fixture.run(["master-keys", "generate", "--key-version", "0"]).status == 64)
        let taken = try fixture.run(["master-keys", "generate", "--key-version", "1"], with: fixture.keyring)
        #expect(taken.status == 78)
    }

    @Test func `another key under a registered number is 78 and changes nothing`() throws {
        let fixture = try OperatorFixture()
        let other = try fixture.run(["master-keys", "generate", "--key-version", "1"]).stdout
        let refused = try fixture.run(["master-keys", "register"], with: ["BYOK_MASTER_KEYS": other])
        #expect(refused.status == 78)
        #expect(!refused.stderr.contains(other.dropFirst(2).prefix(8)))
        #expect(try fixture.run(["master-keys", "list"], with: ["BYOK_MASTER_KEYS": other]).status == 78)
        #expect(try fixture.run(["master-keys", "register"]).status == 78)
        #expect(try fixture.run(["master-keys", "register"], with: fixture.keyring).status == 0)
        let listed = try fixture.run(["master-keys", "list", "--json"], with: fixture.keyring)
        #expect(listed.stdout.contains(#""state":"current","here":"configured""#))
    }
}

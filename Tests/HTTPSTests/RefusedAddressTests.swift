import Testing

@testable import HTTPS

struct RefusedAddressTests {
    @Test(arguments: [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "[::1]", "[fe80::1]", "[fd00:ec2::254]", "[::ffff:10.0.0.1]",
    ])
    func `a public host that resolves to a private address is refused`(address: String) async throws {
        let client = try publicHostClient(
            ClientOptions.systemCertificateAuthorities, port: 8443, address: address, allowsLoopback: false)
        #expect(await failure(client, publicHostRequest(8443)) == .refusedAddress)
        await client.shutDown()
    }

    @Test func `leave to use loopback opens no other private address`() async throws {
        let client = try publicHostClient(
            ClientOptions.systemCertificateAuthorities, port: 8443, address: "10.0.0.1")
        #expect(await failure(client, publicHostRequest(8443)) == .refusedAddress)
        await client.shutDown()
    }

    @Test(
        arguments: [
            ([8, 8, 8, 8], true), ([1, 1, 1, 1], true), ([172, 15, 255, 255], true), ([172, 32, 0, 0], true),
            ([100, 63, 255, 255], true), ([100, 128, 0, 0], true), ([100, 127, 255, 255], false),
            ([172, 31, 9, 9], false),
            ([192, 0, 0, 192], false), ([198, 19, 0, 1], false), ([239, 1, 1, 1], false),
            ([255, 255, 255, 255], false),
            ([168, 63, 129, 16], false), ([0, 1, 2, 3], false), ([], false), ([1, 2, 3], false),
        ] as [([UInt8], Bool)])
    func `an IPv4 address is public or not`(bytes: [UInt8], isPublic: Bool) {
        #expect(NetworkAddress(bytes: bytes).isPublic == isPublic)
    }

    @Test(
        arguments: [
            ([0x26, 0x06, 0x47, 0x00], [0x11, 0x11], true), ([0x20, 0x01, 0x0D, 0xB8], [0x00, 0x01], false),
            ([0x20, 0x02, 0x7F, 0x00], [0x00, 0x01], false), ([0x20, 0x01, 0x00, 0x00], [0x00, 0x01], false),
            ([0xFC, 0x00], [0x00, 0x01], false), ([0xFE, 0xC0], [0x00, 0x01], false),
            ([0xFF, 0x02], [0x00, 0x01], false),
            ([], [0x00, 0x00], false), ([], [0x00, 0x01], false), ([0x00, 0x64, 0xFF, 0x9B], [8, 8, 8, 8], true),
            ([0x00, 0x64, 0xFF, 0x9B], [10, 0, 0, 1], false),
        ] as [([UInt8], [UInt8], Bool)])
    func `an IPv6 address is public or not`(start: [UInt8], end: [UInt8], isPublic: Bool) {
        let middle = [UInt8](repeating: 0, count: 16 - start.count - end.count)
        #expect(NetworkAddress(bytes: start + middle + end).isPublic == isPublic)
    }

    @Test func `a loopback origin may use loopback alone`() {
        #expect(AddressRule.loopbackOnly.allows(NetworkAddress(bytes: [127, 0, 0, 1])))
        #expect(AddressRule.loopbackOnly.allows(NetworkAddress(bytes: [UInt8](repeating: 0, count: 15) + [1])))
        #expect(!AddressRule.loopbackOnly.allows(NetworkAddress(bytes: [8, 8, 8, 8])))
        #expect(!AddressRule.loopbackOnly.allows(NetworkAddress(bytes: [10, 0, 0, 1])))
        #expect(!AddressRule.loopbackOnly.allows(NetworkAddress(bytes: [])))
    }
}

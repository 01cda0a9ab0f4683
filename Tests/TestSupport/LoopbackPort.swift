import Foundation

/// A loopback port that nobody listens on at this moment.
public enum LoopbackPort {
    public static func free() throws -> Int {
        let listener = try listening()
        defer { close(listener.descriptor) }
        return listener.port
    }

    /// A listening socket on a free port; the caller closes it.
    public static func listening() throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let failed = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) != 0 || listen(descriptor, 64) != 0
                    || getsockname(descriptor, $0, &length) != 0
            }
        }
        guard !failed else {
            close(descriptor)
            throw POSIXError(.EADDRNOTAVAIL)
        }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }
}

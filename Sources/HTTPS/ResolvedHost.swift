internal import Glibc

/// Where this machine's resolver says a host is.
public enum ResolvedHost: Sendable, Equatable {
    /// Every address belongs to the public internet.
    case everywherePublic
    /// At least one address is private, loopback or otherwise special: no transfer would go there.
    case somewhereSpecial
    case unknown

    /// Blocks until the resolver answers.
    public static func look(_ host: String) -> ResolvedHost {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, "443", &hints, &found) == 0 else { return .unknown }
        defer { unsafe freeaddrinfo(found) }
        var entry = unsafe found
        var count = 0
        while let current = unsafe entry {
            guard let address = unsafe address(current.pointee.ai_addr), address.isPublic else {
                return .somewhereSpecial
            }
            count += 1
            unsafe entry = current.pointee.ai_next
        }
        return count > 0 ? .everywherePublic : .unknown
    }

    private static func address(_ socket: UnsafeMutablePointer<sockaddr>?) -> NetworkAddress? {
        guard let socket = unsafe socket else { return nil }
        let raw = UnsafeRawPointer(socket)
        switch Int32(unsafe socket.pointee.sa_family) {
        case AF_INET:
            let address = unsafe raw.loadUnaligned(as: sockaddr_in.self).sin_addr
            return NetworkAddress(bytes: unsafe withUnsafeBytes(of: address) { unsafe Array($0) })
        case AF_INET6:
            let address = unsafe raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            return NetworkAddress(bytes: unsafe withUnsafeBytes(of: address) { unsafe Array($0) })
        default: return nil
        }
    }
}

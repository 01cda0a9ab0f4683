/// Which addresses a transfer may open a socket to, whatever the resolver says.
enum AddressRule {
    case publicOnly
    case loopbackOnly
    /// A test maps a public name to a server of its own.
    case publicOrLoopback

    func allows(_ address: NetworkAddress) -> Bool {
        switch self {
        case .publicOnly: address.isPublic
        case .loopbackOnly: address.isLoopback
        case .publicOrLoopback: address.isPublic || address.isLoopback
        }
    }
}

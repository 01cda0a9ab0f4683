/// Decides the `sslmode` that is really used.
struct TransportSecurity {
    let sslMode: String

    /// `nil` when what was asked for would not prove whom we talk to.
    init?(parameters: ConnectionParameters, allowUnverified: Bool) {
        let asked = parameters["sslmode"]
        if Self.isLocal(parameters) {
            sslMode = asked ?? "prefer"
        } else if asked == nil || asked == "verify-full" {
            sslMode = asked == nil && allowUnverified ? "require" : "verify-full"
        } else if let asked, allowUnverified {
            sslMode = asked
        } else {
            return nil
        }
    }

    /// Every host that may be used is a socket or a loopback address.
    static func isLocal(_ parameters: ConnectionParameters) -> Bool {
        // A service file may name any host.
        guard parameters["service"] == nil else { return false }
        let named = [parameters["hostaddr"], parameters["host"]].compactMap { $0 }
        let hosts = named.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        return hosts.allSatisfy { isLocal(host: $0) }
    }

    private static func isLocal(host: Substring) -> Bool {
        if host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@") { return true }
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

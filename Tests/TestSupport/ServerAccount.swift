import Foundation

/// PostgreSQL and PgBouncer refuse to run as root.
enum ServerAccount {
    /// The command line that runs `executable` as an unprivileged user.
    static func command(_ executable: String, _ arguments: [String]) -> [String] {
        guard geteuid() == 0 else { return [executable] + arguments }
        let account = ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        return account + [executable] + arguments
    }
}

import Foundation
import Synchronization
import TestSupport

/// A loopback port in front of a cluster's socket that can lose what the server answers.
final class Relay: Sendable {
    let port: Int
    private let target: String
    private let listener: Int32
    private let isDeaf = Atomic<Bool>(false)
    private let sockets = Mutex<[Int32]>([])

    init(to cluster: PrivateCluster) throws {
        (listener, port) = try LoopbackPort.listening()
        target = "\(cluster.folder)/.s.PGSQL.\(cluster.port)"
        Thread.detachNewThread { [self] in acceptAll() }
    }

    /// From now on the server gets every request, and its answers go nowhere, until the connections are cut.
    func swallowReplies() { isDeaf.store(true, ordering: .releasing) }

    /// Breaks every connection at once; new ones hear answers again.
    func cut() {
        sockets.withLock { sockets in
            for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) }
            sockets = []
        }
        isDeaf.store(false, ordering: .releasing)
    }

    func environment(_ database: TestDatabase, role: String) -> [String: String] {
        let here = ["PGHOST": "127.0.0.1", "PGPORT": "\(port)", "PGSSLMODE": "disable"]
        return database.environment(role: role).merging(here) { $1 }
    }

    private func acceptAll() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { return }
            let server = connectToTarget()
            sockets.withLock { $0 += [client, server] }
            Thread.detachNewThread { [self] in pump(from: client, to: server, isReply: false) }
            Thread.detachNewThread { [self] in pump(from: server, to: client, isReply: true) }
        }
    }

    private func pump(from source: Int32, to sink: Int32, isReply: Bool) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0 else { break }
            if isReply, isDeaf.load(ordering: .acquiring) { continue }
            guard send(sink, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(sink, Int32(SHUT_RDWR))
    }

    private func connectToTarget() -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: target.utf8) }
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return descriptor
    }
}

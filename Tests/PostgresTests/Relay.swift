import Foundation
import Synchronization
import TestSupport

/// A loopback port in front of a cluster's socket that can fail as networks fail.
final class Relay: Sendable {
    enum Fault {
        case none
        /// The server gets the COMMIT and does it; its answer and the connection are lost.
        case losesCommitReply
        /// Nothing goes through any more, and nobody says so.
        case vanished
    }

    let port: Int
    private let target: String
    private let listener: Int32
    private let fault = Mutex(Fault.none)
    private let sockets = Mutex<[Int32]>([])

    init(to cluster: PrivateCluster) throws {
        (listener, port) = try LoopbackPort.listening()
        target = "\(cluster.folder)/.s.PGSQL.\(cluster.port)"
        Thread.detachNewThread { [self] in acceptAll() }
    }

    func set(_ new: Fault) { fault.withLock { $0 = new } }

    /// Breaks every connection at once.
    func cut() { sockets.withLock { $0.forEach { shutdown($0, Int32(SHUT_RDWR)) } } }

    func environment(_ database: TestDatabase, role: String = "postgres") -> [String: String] {
        let here = ["PGHOST": "127.0.0.1", "PGPORT": "\(port)", "PGSSLMODE": "disable"]
        return database.environment(role: role).merging(here) { $1 }
    }

    private var current: Fault { fault.withLock { $0 } }

    private func acceptAll() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { return }
            let server = connectToTarget()
            sockets.withLock { $0 += [client, server] }
            let isCommitting = Flag()
            Thread.detachNewThread { [self] in pump(from: client, to: server, isCommitting, isRequest: true) }
            Thread.detachNewThread { [self] in pump(from: server, to: client, isCommitting, isRequest: false) }
        }
    }

    private func pump(from source: Int32, to sink: Int32, _ isCommitting: Flag, isRequest: Bool) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(source, &buffer, buffer.count)
            while current == .vanished { usleep(10_000) }
            guard count > 0 else { break }
            if current == .losesCommitReply {
                if isRequest, contains(buffer[..<count], "COMMIT\0") { isCommitting.set() }
                if !isRequest, isCommitting.isSet { break }
            }
            guard send(sink, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(sink, Int32(SHUT_RDWR))
    }

    private func contains(_ bytes: ArraySlice<UInt8>, _ word: String) -> Bool {
        String(decoding: bytes, as: UTF8.self).contains(word)
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

/// Raised once.
final class Flag: Sendable {
    private let raised = Atomic(false)
    var isSet: Bool { raised.load(ordering: .acquiring) }
    func set() { raised.store(true, ordering: .releasing) }
}

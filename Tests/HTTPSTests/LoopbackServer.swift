import Foundation
import Synchronization

/// A raw TCP server on 127.0.0.1 that does whatever its handler does: one thread a connection.
final class LoopbackServer: Sendable {
    typealias Handler = @Sendable (Connection) -> Void

    private struct State {
        var descriptors: [Int32] = []
        var received: [String] = []
    }

    let port: UInt16
    private let listener: Int32
    private let handler: Handler
    private let state = Mutex(State())

    init(_ handler: @escaping Handler) throws {
        self.handler = handler
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutableBytes(of: &address) { bytes in
            guard let start = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
            return bind(listener, start, length) == 0 && listen(listener, 1024) == 0
                && getsockname(listener, start, &length) == 0
        }
        guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in acceptAll() }
    }

    /// Every request head that arrived, in order of arrival.
    var received: [String] { state.withLock { $0.received } }
    var connectionCount: Int { state.withLock { $0.descriptors.count } }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        for descriptor in state.withLock({ $0.descriptors }) { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    private func acceptAll() {
        while true {
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else { break }
            // A child of another test that held this end too would keep a reset from being one.
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            state.withLock { $0.descriptors.append(descriptor) }
            Thread.detachNewThread { [self] in
                let connection = Connection(descriptor: descriptor) { head in
                    self.state.withLock { $0.received.append(head) }
                }
                handler(connection)
                shutdown(descriptor, Int32(SHUT_RDWR))
            }
        }
        close(listener)
    }
}

/// One accepted connection.
struct Connection: Sendable {
    let descriptor: Int32
    let record: @Sendable (String) -> Void

    /// The next request head, or nil when the client is gone.
    func readRequest() -> String? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
        let head = String(decoding: bytes, as: UTF8.self)
        record(head)
        return head
    }

    @discardableResult func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    @discardableResult func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    func answer(_ status: Int = 200, headers: [String] = [], body: String = "{}") {
        let lines = ["HTTP/1.1 \(status) Answer", "Content-Length: \(body.utf8.count)"] + headers
        write(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// Closes with a TCP reset. The number stays taken: `stop` shuts it down later, whosever it were by then.
    func reset() {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
        dup2(nothing, descriptor)
        close(nothing)
    }
}

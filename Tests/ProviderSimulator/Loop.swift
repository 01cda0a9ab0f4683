import Foundation
import Glibc
import Providers

/// All connections in one thread: a poll loop that sends each answer when its latency is over.
final class Loop {
    private struct Connection {
        var provider: Provider
        var pending: [UInt8] = []
        /// What the socket had no room for yet.
        var unsent: ArraySlice<UInt8> = []
    }

    private struct Due {
        var at: ContinuousClock.Instant
        var descriptor: Int32
        var provider: Provider
        var serial: Int
        var reaction: Reaction
    }

    private let simulation: Simulation
    /// Listeners and connections, in any order.
    private var watched: [pollfd] = []
    private var listeners: [Int32: Provider] = [:]
    private var connections: [Int32: (connection: Connection, serial: Int)] = [:]
    /// In order of time.
    private var due: [Due] = []
    private var nextDue = 0
    private var serial = 0
    private let clock = ContinuousClock()

    init(_ simulation: Simulation) { self.simulation = simulation }

    /// Opens a port on 127.0.0.1 and says which.
    func listen(for provider: Provider) -> UInt16? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && Glibc.listen(descriptor, 1024) == 0
                    && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard bound else { return nil }
        listeners[descriptor] = provider
        watch(descriptor)
        return UInt16(bigEndian: address.sin_port)
    }

    func run() -> Never {
        while true {
            poll(&watched, nfds_t(watched.count), timeout())
            let ready = watched.filter { $0.revents != 0 }.map(\.fd)
            for descriptor in ready {
                if let provider = listeners[descriptor] {
                    admit(descriptor, provider)
                } else if connections[descriptor]?.connection.unsent.isEmpty == false {
                    transmit([], descriptor)
                } else {
                    receive(descriptor)
                }
            }
            sendDue()
        }
    }

    private func timeout() -> Int32 {
        guard nextDue < due.count else { return -1 }
        let left = due[nextDue].at - clock.now
        return left <= .zero ? 0 : Int32(clamping: Int(left / .milliseconds(1)) + 1)
    }

    private func watch(_ descriptor: Int32) {
        watched.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
    }

    private func admit(_ listener: Int32, _ provider: Provider) {
        while true {
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            var yes: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, 4)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            serial += 1
            connections[descriptor] = (Connection(provider: provider), serial)
            simulation.connected(to: provider)
            watch(descriptor)
        }
    }

    private func receive(_ descriptor: Int32) {
        guard var entry = connections[descriptor] else { return }
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0 && errno == EAGAIN { return }
        guard count > 0, entry.connection.pending.count < 65_536 else { return drop(descriptor) }
        entry.connection.pending += buffer[..<count]
        if let request = HTTPRequest(entry.connection.pending) {
            entry.connection.pending = []
            let provider = entry.connection.provider
            let reaction = simulation.react(to: request, at: provider)
            enqueue(
                Due(
                    at: clock.now + simulation.latency(of: provider), descriptor: descriptor, provider: provider,
                    serial: entry.serial, reaction: reaction))
        }
        connections[descriptor] = entry
    }

    /// Providers differ in latency: from behind, the place is mostly near.
    private func enqueue(_ item: Due) {
        var place = due.count
        while place > nextDue, due[place - 1].at > item.at { place -= 1 }
        due.insert(item, at: place)
    }

    private func sendDue() {
        while nextDue < due.count, due[nextDue].at <= clock.now {
            let item = due[nextDue]
            nextDue += 1
            simulation.left(item.provider)
            if connections[item.descriptor]?.serial == item.serial { perform(item.reaction, item.descriptor) }
        }
        if nextDue > 4096 || nextDue == due.count {
            due.removeFirst(nextDue)
            nextDue = 0
        }
    }

    private func perform(_ reaction: Reaction, _ descriptor: Int32) {
        switch reaction {
        case .answer(let bytes): transmit(bytes, descriptor)
        case .half(let bytes): transmit(Array(bytes.prefix(bytes.count / 2)), descriptor)
        case .close: drop(descriptor)
        case .reset:
            var now = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
            drop(descriptor)
        case .hang: break
        }
    }

    /// Sends as much as the socket takes; the rest when it has room again.
    private func transmit(_ bytes: [UInt8], _ descriptor: Int32) {
        guard var unsent = connections[descriptor]?.connection.unsent else { return }
        unsent += bytes
        while !unsent.isEmpty {
            let count = unsent.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0 && errno == EAGAIN { break }
            guard count > 0 else { return drop(descriptor) }
            unsent = unsent.dropFirst(count)
        }
        connections[descriptor]?.connection.unsent = unsent
        guard let place = watched.firstIndex(where: { $0.fd == descriptor }) else { return }
        watched[place].events = Int16(unsent.isEmpty ? POLLIN : POLLOUT)
    }

    private func drop(_ descriptor: Int32) {
        connections[descriptor] = nil
        watched.removeAll { $0.fd == descriptor }
        close(descriptor)
    }
}

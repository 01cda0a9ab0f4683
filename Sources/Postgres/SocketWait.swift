internal import Glibc
import System

/// Waiting for a socket, in slices short enough to notice that the task was cancelled.
enum SocketWait {
    enum Outcome { case ready, deadline, cancelled }

    static let slice: Int32 = 200

    static func wait(_ socket: Int32, writing: Bool = false, until deadline: Deadline) -> Outcome {
        wait(socket, Int16(writing ? POLLIN | POLLOUT : POLLIN), deadline)
    }

    /// For a connection being made, which wants to do one or the other.
    static func wait(_ socket: Int32, exactlyWriting: Bool, until deadline: Deadline) -> Outcome {
        wait(socket, Int16(exactlyWriting ? POLLOUT : POLLIN), deadline)
    }

    private static func wait(_ socket: Int32, _ events: Int16, _ deadline: Deadline) -> Outcome {
        var entry = pollfd(fd: socket, events: events, revents: 0)
        while true {
            let slice = min(deadline.remainingMilliseconds, Self.slice)
            if unsafe poll(&entry, 1, slice) > 0 { return .ready }
            if Task.isCancelled { return .cancelled }
            if deadline.hasPassed { return .deadline }
        }
    }

    /// Whether something, or the end, can be read at once.
    static func isReadable(_ socket: Int32) -> Bool {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) > 0
    }

    static func sleep(milliseconds: Int32) { _ = poll(nil, 0, milliseconds) }
}

internal import CCurl
internal import Glibc

/// Waits for the sockets and timers of a multi handle. What a wake-up costs does not grow with the transfers that wait,
/// as it does with curl_multi_poll: at 300 of them that was half of the CPU time. Used by the loop's thread alone, but
/// for `wake`.
@safe final class SocketWatch {
    private static let batch = 64

    private let multi: UnsafeMutableRawPointer
    private let poll: Int32
    private let bell: Int32
    /// When libcurl wants to be called though nothing came, on CLOCK_MONOTONIC in milliseconds.
    private var deadline: Int?
    private var events = [ccurl_event](repeating: ccurl_event(), count: batch)

    /// The watch must be alive as long as `multi`.
    init(_ multi: UnsafeMutableRawPointer) throws(HTTPSError) {
        unsafe self.multi = unsafe multi
        poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        guard poll >= 0, bell >= 0, ccurl_watch(poll, bell, CURL_POLL_IN),
            unsafe ccurl_multi_set_socket_function(multi, socketChanged, context) == CURLM_OK,
            unsafe ccurl_multi_set_timer_function(multi, timerChanged, context) == CURLM_OK
        else { throw .local }
    }

    deinit {
        Glibc.close(poll)
        Glibc.close(bell)
    }

    /// From any thread; the one call that is.
    func wake() { eventfd_write(bell, 1) }

    /// Waits until a socket, a timer or the bell calls, and lets libcurl do what there is to do.
    func wait() {
        let count = unsafe ccurl_wait(poll, &events, Int32(Self.batch), timeout)
        for index in 0..<Int(max(count, 0)) { handle(events[index]) }
        if let deadline, deadline <= Self.now {
            self.deadline = nil
            act(CURL_SOCKET_TIMEOUT, 0)
        }
    }

    private func handle(_ event: ccurl_event) {
        guard event.socket == bell else { return act(event.socket, event.readiness) }
        var count: eventfd_t = 0
        unsafe eventfd_read(bell, &count)
    }

    private func act(_ socket: curl_socket_t, _ readiness: Int32) {
        var running: Int32 = 0
        unsafe curl_multi_socket_action(multi, socket, readiness, &running)
    }

    /// Milliseconds; no longer than a second, as a bound for what nobody foresaw.
    private var timeout: Int32 { Int32(min(max((deadline ?? .max) &- Self.now, 0), 1000)) }

    private static var now: Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec &* 1000 &+ time.tv_nsec / 1_000_000
    }

    fileprivate func change(_ socket: curl_socket_t, to what: Int32) { ccurl_watch(poll, socket, what) }

    fileprivate func change(timeout milliseconds: Int) {
        deadline = milliseconds < 0 ? nil : Self.now &+ milliseconds
    }

    fileprivate static func from(_ context: UnsafeMutableRawPointer?) -> SocketWatch? {
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<SocketWatch>.fromOpaque(context).takeUnretainedValue()
    }
}

private func socketChanged(
    _ easy: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ what: Int32, _ context: UnsafeMutableRawPointer?,
    _ ours: UnsafeMutableRawPointer?
) -> Int32 {
    unsafe SocketWatch.from(context)?.change(socket, to: what)
    return 0
}

private func timerChanged(
    _ multi: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    unsafe SocketWatch.from(context)?.change(timeout: milliseconds)
    return 0
}

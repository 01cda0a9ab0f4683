internal import CCurl
internal import Dispatch
internal import Glibc
internal import Synchronization

/// The thread that owns the multi handle, which lives as long as the loop. Everybody else leaves mail behind a mutex and
/// rings the watch's bell.
// Unchecked: the compiler cannot see that one thread alone touches `multi`, `watch` and `active` from `start` on.
@safe final class TransferLoop: @unchecked Sendable {
    private let multi: UnsafeMutableRawPointer
    private let watch: SocketWatch
    private let mailbox = Mutex(Mailbox())
    private var active: [ObjectIdentifier: Transfer] = [:]

    init(maximumIdleConnections: Int) throws(HTTPSError) {
        guard CurlLibrary.isStarted, let multi = unsafe curl_multi_init() else { throw .local }
        unsafe self.multi = unsafe multi
        watch = try unsafe SocketWatch(multi)
        let bound = min(max(maximumIdleConnections, 1), 4096)
        guard unsafe ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, bound) == CURLM_OK else { throw .local }
    }

    deinit { unsafe curl_multi_cleanup(multi) }

    func start() {
        // A serial queue of its own gives the loop a thread of its own.
        DispatchQueue(label: "https").async { self.run() }
    }

    func submit(_ transfer: Transfer) {
        let isFirst: Bool? = mailbox.withLock { mailbox in
            guard mailbox.stop == nil else { return nil }
            mailbox.submitted.append(transfer)
            return mailbox.submitted.count == 1
        }
        guard let isFirst else { return transfer.finish(.failure(.cancelled)) }
        // Whoever put the first one in wakes the loop for those behind it too: it takes all that lies there.
        if isFirst { watch.wake() }
    }

    func cancel(_ transfer: Transfer) {
        transfer.isCancelled.store(true, ordering: .releasing)
        mailbox.withLock { $0.cancelled.append(transfer) }
        watch.wake()
    }

    /// A later order to abort overrides one to drain.
    func stop(_ stop: Mailbox.Stop, then waiter: CheckedContinuation<Void, Never>? = nil) {
        let isClosed = mailbox.withLock { mailbox in
            if mailbox.stop != .abort { mailbox.stop = stop }
            if let waiter, !mailbox.isClosed { mailbox.stopWaiters.append(waiter) }
            return mailbox.isClosed
        }
        if isClosed { waiter?.resume() } else { watch.wake() }
    }

    private func run() {
        blockBrokenPipeSignal()
        while readMail() {
            watch.wait()
            reap()
        }
        close()
    }

    /// CURLOPT_NOSIGNAL leaves SIGPIPE to us; it is delivered to the thread that writes.
    private func blockBrokenPipeSignal() {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGPIPE)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// False when there is nothing left to do and an order to stop.
    private func readMail() -> Bool {
        let mail = mailbox.withLock { $0.take() }
        for transfer in mail.submitted { begin(transfer) }
        for transfer in mail.cancelled { end(transfer, .failure(.cancelled)) }
        guard let stop = mail.stop else { return true }
        if stop == .abort { for transfer in active.values { end(transfer, .failure(.cancelled)) } }
        return !active.isEmpty
    }

    private func begin(_ transfer: Transfer) {
        guard !transfer.isCancelled.load(ordering: .acquiring) else { return transfer.finish(.failure(.cancelled)) }
        guard unsafe curl_multi_add_handle(multi, transfer.easy.pointer) == CURLM_OK else {
            return transfer.finish(.failure(.local))
        }
        active[ObjectIdentifier(transfer)] = transfer
    }

    private func end(_ transfer: Transfer, _ outcome: @autoclosure () -> Transfer.Outcome) {
        guard active.removeValue(forKey: ObjectIdentifier(transfer)) != nil else { return }
        let outcome = outcome()
        unsafe curl_multi_remove_handle(multi, transfer.easy.pointer)
        transfer.finish(outcome)
    }

    private func reap() {
        var easy: UnsafeMutableRawPointer? = nil
        var code = CURLE_OK
        while unsafe ccurl_next_finished(multi, &easy, &code) {
            var context: UnsafeMutablePointer<CChar>? = nil
            unsafe ccurl_get_pointer(easy, CURLINFO_PRIVATE, &context)
            guard let transfer = unsafe Transfer.from(context) else { continue }
            end(transfer, transfer.outcome(code))
        }
    }

    private func close() {
        let waiters = mailbox.withLock { mailbox in
            mailbox.isClosed = true
            defer { mailbox.stopWaiters = [] }
            return mailbox.stopWaiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

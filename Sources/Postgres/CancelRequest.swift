internal import CPostgres
internal import Dispatch
import System

/// Asks the server to stop what a connection runs.
///
/// libpq's request waits without limit for a peer that says nothing, so it does that on a thread
/// of its own, which is left behind where the time runs out.
// The structure is libpq's snapshot of the address and key; one thread sends it, once.
@safe final class CancelRequest: @unchecked Sendable {
    private let request: OpaquePointer
    private var isTaken = false

    @unsafe init?(for connection: OpaquePointer) {
        guard let request = unsafe PQgetCancel(connection) else { return nil }
        unsafe self.request = request
    }

    deinit { unsafe PQfreeCancel(request) }

    /// False when nobody took it in time.
    func send(until deadline: Deadline) -> Bool {
        let end = DispatchSemaphore(value: 0)
        DispatchQueue(label: "postgres cancel").async {
            self.send()
            end.signal()
        }
        let limit = DispatchTime.now() + .milliseconds(Int(deadline.remainingMilliseconds))
        return end.wait(timeout: limit) == .success && isTaken
    }

    private func send() {
        // Room that libpq insists on for a message that nobody reads.
        var message = [CChar](repeating: 0, count: 256)
        isTaken = unsafe PQcancel(request, &message, 256) == 1
    }
}

/// What other threads have for the loop since it last looked.
struct Mailbox {
    enum Stop { case abort, drain }

    var submitted: [Transfer] = []
    var cancelled: [Transfer] = []
    var stop: Stop?
    var stopWaiters: [CheckedContinuation<Void, Never>] = []
    /// The loop is gone: nothing put in here would be read.
    var isClosed = false

    /// Everything but the order to stop, which stays in force.
    mutating func take() -> (submitted: [Transfer], cancelled: [Transfer], stop: Stop?) {
        defer {
            submitted = []
            cancelled = []
        }
        return (submitted, cancelled, stop)
    }
}

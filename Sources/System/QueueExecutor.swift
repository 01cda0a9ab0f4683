internal import Dispatch

/// Runs an actor's jobs on a queue of its own, so that a call which blocks does not starve the shared pool.
///
/// An actor adopts it by returning `asUnownedSerialExecutor()` from `unownedExecutor`.
public final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    public init(label: StaticString) {
        queue = DispatchQueue(label: label.description)
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = unsafe asUnownedSerialExecutor()
        queue.async { unsafe job.runSynchronously(on: executor) }
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }
}

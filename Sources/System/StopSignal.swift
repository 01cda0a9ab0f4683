internal import Glibc
internal import Synchronization

/// Whether someone asked this process to stop: SIGTERM, or Ctrl-C.
///
/// The first signal only sets a mark, which work asks for between batches. The second ends the process at
/// once with status 75; what was not committed is rolled back by the database.
public enum StopSignal {
    private static let count = Atomic<Int>(0)

    /// Takes effect for the whole process; calling it again changes nothing.
    public static func install() {
        var action = sigaction()
        action.__sigaction_handler = .init(sa_handler: byok_stop_signal_arrived)
        unsafe sigemptyset(&action.sa_mask)
        unsafe sigaction(SIGTERM, &action, nil)
        unsafe sigaction(SIGINT, &action, nil)
    }

    public static var requested: Bool {
        count.load(ordering: .acquiring) > 0
    }

    /// As if the signal had arrived, without ending the process the second time.
    package static func request() {
        count.store(1, ordering: .releasing)
    }

    package static func forget() {
        count.store(0, ordering: .releasing)
    }

    /// True the first time.
    fileprivate static func noteArrival() -> Bool {
        count.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue == 0
    }
}

/// Only calls that are safe in a signal handler: an atomic, `write`, `_exit`.
@c(byok_stop_signal_arrived)
func byok_stop_signal_arrived(_ signal: Int32) {
    if StopSignal.noteArrival() {
        let note: StaticString = "stopping after this batch; again to stop now\n"
        _ = unsafe write(STDERR_FILENO, note.utf8Start, note.utf8CodeUnitCount)
    } else {
        _exit(75)
    }
}

import Foundation
import System
import Testing

@Suite struct ProcessTests {
    @Test func `the first signal only sets the mark`() async {
        await #expect(processExitsWith: .success) {
            deliverSignals()
            StopSignal.install()
            guard !StopSignal.requested else { exit(1) }
            raise(SIGTERM)
            guard StopSignal.requested else { exit(2) }
        }
    }

    @Test func `the second signal ends the process with 75`() async {
        await #expect(processExitsWith: .exitCode(75)) {
            deliverSignals()
            StopSignal.install()
            raise(SIGINT)
            raise(SIGTERM)
        }
    }

    @Test func `after hardening there is no core file and a closed pipe is survived`() async {
        await #expect(processExitsWith: .success) {
            guard ProcessHardening.apply().isEmpty else { exit(1) }
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
            guard limit.rlim_cur == 0, limit.rlim_max == 0 else { exit(2) }
            guard !FileManager.default.isReadableFile(atPath: "/proc/self/environ") || getuid() == 0 else { exit(3) }
            var ends: [Int32] = [0, 0]
            pipe(&ends)
            close(ends[0])
            guard write(ends[1], "x", 1) == -1, errno == EPIPE else { exit(4) }
        }
    }

    @Test func `only the variables asked for are read, and an empty one counts as not set`() async {
        await #expect(processExitsWith: .success) {
            setenv("BYOK_TEST_A", "1", 1)
            setenv("BYOK_TEST_B", "", 1)
            setenv("BYOK_TEST_C", "3", 1)
            let variables = EnvironmentVariables(reading: ["BYOK_TEST_A", "BYOK_TEST_B"])
            guard variables["BYOK_TEST_A"] == "1", variables["BYOK_TEST_B"] == nil, variables["BYOK_TEST_C"] == nil
            else { exit(1) }
        }
    }

    @Test func `names are found by how they begin, and no value with them`() async {
        await #expect(processExitsWith: .success) {
            setenv("BYOK_TEST_A", "BYOK_TEST_Z=1", 1)
            setenv("BYOK_TEST_B", "", 1)
            setenv("XBYOK_TEST_C", "3", 1)
            guard EnvironmentVariables.names(withPrefix: "BYOK_TEST_").sorted() == ["BYOK_TEST_A", "BYOK_TEST_B"]
            else { exit(1) }
        }
    }

    @Test func `hostile text reaches a terminal as visible escapes`() {
        let hostile = "a\u{1B}]0;title\u{07}b\u{202E}c\r\n\u{9B}31m\u{200B}é"
        let shown = Terminal.escape(hostile)
        #expect(shown == "a\\u{1B}]0;title\\u{7}b\\u{202E}c\\u{D}\\u{A}\\u{9B}31m\\u{200B}é")
    }

    @Test func `an actor on a queue of its own blocks without holding up the others`() async {
        let gate = DispatchSemaphore(value: 0)
        let blockers = (0..<16).map { _ in Blocker() }
        // All sixteen wait for a signal that only arrives after each of them has begun.
        await withTaskGroup(of: Void.self) { group in
            let begun = DispatchSemaphore(value: 0)
            for blocker in blockers { group.addTask { await blocker.block(begun, gate) } }
            group.addTask {
                for _ in blockers { await Blocker().wait(begun) }
                for _ in blockers { gate.signal() }
            }
        }
    }
}

private actor Blocker {
    private let executor = QueueExecutor(label: "test.blocker")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func block(_ begun: DispatchSemaphore, _ gate: DispatchSemaphore) {
        begun.signal()
        gate.wait()
    }

    func wait(_ semaphore: DispatchSemaphore) { semaphore.wait() }
}

/// A test's child inherits blocked signals from the runner.
private func deliverSignals() {
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_UNBLOCK, &all, nil)
}

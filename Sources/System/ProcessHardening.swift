internal import CLinux
internal import Glibc

/// Keeps this process's memory out of core files, debuggers and `/proc/<pid>/environ`.
public enum ProcessHardening {
    /// What could not be had; the caller decides whether to go on.
    public enum Gap: Sendable, CaseIterable {
        case coreFiles
        case memoryDumps
    }

    /// Also makes a closed pipe an ordinary write error instead of the end of the process.
    public static func apply() -> [Gap] {
        signal(SIGPIPE, SIG_IGN)
        var gaps: [Gap] = []
        if byok_forbid_core_files() != 0 { gaps.append(.coreFiles) }
        if byok_forbid_memory_dumps() != 0 { gaps.append(.memoryDumps) }
        return gaps
    }
}

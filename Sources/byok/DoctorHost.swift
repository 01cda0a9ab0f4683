import Batch
import Secrets
import System

/// What the machine and the process's own limits must give.
enum DoctorHost {
    static func checks() -> [DoctorCheck] {
        [coreFiles(ProcessHardening.apply()), secureHeap(SecureHeap.start()), backtrace()]
    }

    static func coreFiles(_ gaps: [ProcessHardening.Gap]) -> DoctorCheck {
        guard gaps.isEmpty else {
            return .fail(
                "core-files", .notPermitted, "core files or debuggers cannot be kept out",
                why: "a dump of this process's memory would hold keys",
                mend: "allow prctl(PR_SET_DUMPABLE) and setrlimit(RLIMIT_CORE) in the sandbox")
        }
        return .pass("core-files", "off, and debuggers are kept out")
    }

    static func secureHeap(_ protection: SecureHeap.Protection) -> DoctorCheck {
        let why: LogMessage = "keys in memory could be swapped to disk"
        switch protection {
        case .locked: return .pass("secure-heap", "\(SecureHeap.byteCount / 1024) KiB locked into memory")
        case .unlocked:
            return .fail(
                "secure-heap", .findings, "memory cannot be locked", why: why,
                mend: "raise the limit on locked memory to 2 MiB (ulimit -l, LimitMEMLOCK=)")
        case .none:
            return .fail(
                "secure-heap", .findings, "there is no secure heap", why: why,
                mend: "allow mmap and mprotect in the sandbox")
        }
    }

    private static func backtrace() -> DoctorCheck {
        let value = EnvironmentVariables(reading: ["SWIFT_BACKTRACE"])["SWIFT_BACKTRACE"] ?? ""
        let isOff = value.split(separator: ",").contains { ["enable=no", "enable=off", "enable=false"].contains($0) }
        guard isOff else {
            return .fail(
                "backtrace", .misconfigured, "SWIFT_BACKTRACE does not switch crash reports off",
                why: "a crash report of a dynamically linked program prints memory",
                mend: "set SWIFT_BACKTRACE=enable=no where the job is started")
        }
        return .pass("backtrace", "crash reports are off")
    }
}

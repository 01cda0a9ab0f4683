import Batch

/// Why a provider's keys were not all decided, in words for a reader.
enum UnfinishedReason: String, CaseIterable, Sendable, Loggable {
    case canaryRefused = "our own canary key did not pass, so its refusals prove nothing"
    case decoyAccepted = "a made-up key was not refused, so its answers prove nothing"
    case controlUnanswered = "the control group got no answer"
    case unreachable = "no answer, or none but of the passing kind: it is not reachable"
}

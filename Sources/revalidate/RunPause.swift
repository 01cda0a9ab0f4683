import Batch
import System

/// A pause that holds every run back: of this job, or of all jobs.
struct RunPause: Sendable {
    let since: Timestamp
    let ofAllJobs: Bool

    init(since: Timestamp, ofAllJobs: Bool) {
        self.since = since
        self.ofAllJobs = ofAllJobs
    }

    /// What a person calls to end it, as `byok_operator`.
    static func resumption(ofAllJobs: Bool) -> StaticString {
        ofAllJobs ? "byok.resume('*', '<reason>')" : "byok.resume('revalidate', '<reason>')"
    }

    var failure: JobFailure {
        JobFailure(
            .stopped, "\(ofAllJobs ? "every job" as StaticString : "revalidate") is paused since \(since)",
            next: "as byok_operator: select \(Self.resumption(ofAllJobs: ofAllJobs))")
    }
}

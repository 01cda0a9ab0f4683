import FoundationEssentials
import Providers
import System

/// What came of asking about one key: ids and codes, nothing of the key.
struct Look: Sendable {
    let keyID: UUID
    let revision: Int
    let provider: Provider
    let verdict: Verdict
    let isSlow: Bool
    let httpStatus: Int?
    let code: String?
    let requestID: String?
    let latencyMilliseconds: Int?
    let firstRefusedAt: Timestamp?

    init(_ key: DueKey, _ finding: KeyCheck.Finding) {
        keyID = key.id
        revision = key.revision
        provider = key.provider
        verdict = finding.judgement.verdict
        isSlow = finding.judgement.confirmation == .slow
        httpStatus = finding.httpStatus
        code = finding.judgement.code
        requestID = finding.judgement.requestID
        latencyMilliseconds = finding.httpStatus == nil ? nil : finding.latency.wholeMilliseconds
        firstRefusedAt = key.firstRefusedAt
    }
}

extension Duration {
    var wholeMilliseconds: Int { Int(clamping: clampedMicroseconds / 1000) }
}

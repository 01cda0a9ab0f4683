import Batch
import HTTPS
import KeySettings
import Providers
import Secrets

/// Asks the provider before a key is stored. Gives a verdict with which it may be; any other ends the command.
struct LiveCheck: Sendable {
    let origins: ProviderOrigins
    let run: Run

    func verdict(on key: borrowing SecretBytes, of provider: Provider) async throws(JobFailure) -> Verdict {
        let client: HTTPSClient
        do { client = try HTTPSClient() } catch {
            throw JobFailure(.broken, "libcurl refused to work", next: "report this")
        }
        let check = KeyCheck(client: client, origins: origins, userAgent: "byok/\(SuiteVersion.text)")
        let finding = await check.ask(provider, key: key)
        await client.shutDown()
        let verdict = finding.judgement.verdict
        switch verdict {
        case .valid: return verdict
        case .exhausted:
            run.log.warning("exhausted", "the key works, and \(provider) says that its account has no credit")
            return verdict
        case .restricted:
            run.log.warning("restricted", "the key works, and \(provider) limits what it may do")
            return verdict
        case .refused: throw Self.refusal(provider, finding)
        case .unknown:
            throw JobFailure(
                .rejected,
                "the key is not stored: \(provider) answered \(finding.status) in a way nobody has described",
                next: "try again later, and report it if it stays so")
        case .transient:
            throw JobFailure(
                .unavailable, "\(provider) could not say whether the key works (\(finding.status)); nothing is stored",
                next: "try again in a few minutes")
        }
    }

    /// The rule's name is ours; the provider's own words are not repeated.
    private static func refusal(_ provider: Provider, _ finding: KeyCheck.Finding) -> JobFailure {
        if finding.judgement.echo == .differs {
            return JobFailure(
                .rejected, "the key is not stored: \(provider) answered about another key than the one sent",
                next: "check what stands between this machine and the provider")
        }
        let rule = PlaceName(finding.judgement.ruleName)
        return JobFailure(
            .rejected, "the key is not stored: \(provider) refused it (\(finding.status), \(rule))",
            next: "check that it was copied whole and not revoked")
    }
}

extension KeyCheck.Finding {
    fileprivate var status: LogMessage {
        if let httpStatus { return "HTTP \(httpStatus, as: "http_status")" }
        return fault.map { "\(PlaceName($0.description))" } ?? "no answer"
    }
}

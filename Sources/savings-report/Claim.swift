import Batch
import FoundationEssentials
import System

/// Something published about savings, to be held against the price list and what was measured.
struct Claim: Sendable, Equatable {
    enum Basis: String, Sendable, CaseIterable, Decodable {
        /// "Up to": holds where enough of the users reach it.
        case upTo = "up_to"
        /// "On average": holds where the ratio of all sums reaches it.
        case average
        /// "1.5 instead of 4": holds where the ratio of sums of own-key analyses reaches it, whatever ran on the plan.
        case price
    }

    /// The published words.
    let text: String
    /// Kind of analysis and provider it is about; nil for all.
    let kind: String?
    let provider: String?
    let basis: Basis
    /// Percent of the list price, `-65` for 65 % less.
    let rate: ExactDecimal
    /// Percent of the users who must reach an "up to". The UK's CAP asks for a significant proportion, and its rulings
    /// for about one in ten (asa.org.uk, "Promotional savings claims").
    let minimumShare: ExactDecimal

    private static let mostBytes = 1 << 20
    private static let mostClaims = 100

    /// A JSON array of objects; see reports/README.md.
    static func read(from path: String) throws(JobFailure) -> [Claim] {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try PrivateFile.read(path, limit: mostBytes)
        } catch {
            throw JobFailure(
                .misconfigured, "the file of claims could not be read: \(error.operation) \(PlaceName(path))",
                next: "see --claims")
        }
        guard let claims = read(bytes) else {
            throw JobFailure(
                .misconfigured, "the file of claims \(PlaceName(path)) is malformed", next: "see reports/README.md")
        }
        return claims
    }

    static func read(_ bytes: [UInt8]) -> [Claim]? {
        guard let written = try? JSONDecoder().decode([Written].self, from: Data(bytes)), written.count <= mostClaims
        else { return nil }
        let claims = written.compactMap(Claim.init)
        return claims.count == written.count ? claims : nil
    }

    private init?(_ written: Written) {
        guard !written.text.isEmpty, let rate = ExactDecimal(written.rate_percent),
            let share = ExactDecimal(written.minimum_share_percent ?? "10")
        else { return nil }
        text = written.text
        kind = written.kind
        provider = written.provider
        basis = written.basis ?? .upTo
        self.rate = rate
        minimumShare = share
    }

    /// Numbers as texts: a JSON number may lose digits on its way.
    private struct Written: Decodable {
        let text: String
        let kind: String?
        let provider: String?
        let basis: Basis?
        let rate_percent: String
        let minimum_share_percent: String?
    }
}

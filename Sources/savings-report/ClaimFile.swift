import Batch
import FoundationEssentials
import System

/// A JSON array of claims; see reports/README.md.
enum ClaimFile {
    private static let mostBytes = 1 << 20
    private static let mostClaims = 100

    /// Links are followed: Kubernetes mounts a ConfigMap's files as such, and what was published is no secret.
    static func read(_ path: String) throws(JobFailure) -> [Claim] {
        let bytes: [UInt8]
        do throws(SystemError) { bytes = try content(of: path) } catch {
            throw JobFailure(
                .misconfigured,
                "the file of claims \(PlaceName(path)) could not be read: \(PlaceName(error.reason.description))",
                next: "name one that is there in --claims, such as a copy of reports/claims.json")
        }
        guard let elements = try? JSONDecoder().decode([Element].self, from: Data(bytes)), elements.count <= mostClaims
        else {
            throw JobFailure(
                .misconfigured, "the file of claims \(PlaceName(path)) is malformed", next: "see reports/README.md")
        }
        var claims: [Claim] = []
        for element in elements {
            guard let claim = element.members.flatMap(Claim.init) else { throw refusal(claims.count &+ 1) }
            claims.append(claim)
        }
        return claims
    }

    private static func content(of path: String) throws(SystemError) -> [UInt8] {
        let stream = try InputStream.open(path)
        var bytes: [UInt8] = []
        while true {
            var arrival = InputStream.Arrival.nothing
            let chunk = try [UInt8](capacity: 1 << 16) { output throws(SystemError) in
                arrival = try stream.read(into: &output)
            }
            bytes += chunk
            if case .end = arrival { return bytes }
            guard bytes.count <= mostBytes else { throw SystemError(.tooLarge, .read, path: path) }
        }
    }

    private static func refusal(_ place: Int) -> JobFailure {
        JobFailure(
            .misconfigured, "claim \(place, as: "claim") has a member that is missing, unknown or out of its bounds",
            next: "see Claims in reports/README.md; a rate is such as \"-65\"")
    }

    /// One whose members are not texts has none.
    private struct Element: Decodable {
        let members: [String: String?]?

        init(from decoder: any Decoder) throws {
            members = try? [String: String?](from: decoder)
        }
    }
}

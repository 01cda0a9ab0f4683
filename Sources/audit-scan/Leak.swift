import Batch
import FoundationEssentials
import LogSources
import Providers
import Scanner

/// One finding as it is reported. The fields are those of `report.json`.
struct Leak: Sendable {
    enum Kind: String, Sendable {
        case pattern
        case storedKey = "stored_key"
    }

    let source: String
    let line: Int
    let lineEnd: Int
    let column: Int
    let kind: Kind
    /// Nil for a stored key that was deleted meanwhile.
    let provider: Provider?
    /// What it looks like: `anthropic-api`, `groq-part`; nil for a stored key.
    let form: String?
    let owner: KeyOwner?
    let encoding: String
    let confidence: Confidence
    let excerpt: String
    let fingerprint: String
}

/// Whose stored key it is.
struct KeyOwner: Sendable, Equatable {
    let keyID: UUID
    /// Nil where the key was deleted meanwhile, or the role may not see it.
    var userID: UUID?
    var provider: Provider?
    var label: String?
    var revision: Int?
    var status: String?
}

extension Leak {
    init(_ located: LocatedFinding, in source: String, owners: [UInt32: KeyOwner]) {
        let finding = located.finding
        self.source = source
        line = located.line
        lineEnd = located.lineEnd
        column = located.column
        encoding = finding.encodings.name
        confidence = finding.confidence
        excerpt = finding.excerpt
        fingerprint = finding.fingerprint
        switch finding.kind {
        case .pattern(let provider, let form):
            kind = .pattern
            self.provider = provider
            self.form = form
            owner = nil
        case .storedKey(let number):
            kind = .storedKey
            owner = owners[number]
            provider = owner?.provider
            form = nil
        }
    }
}

import Batch
import Reports
import System

extension RotationReport {
    /// Three-valued; what cannot be told is not decided, and that never counts as a pass.
    static func checks(_ evidence: RotationEvidence) -> [Check] {
        [
            swept(evidence), proved(evidence), verified(evidence), aside(evidence), readers(evidence),
            replicas(evidence), seals(evidence), cryptoperiod(evidence), retired(evidence), retention(evidence),
        ]
    }

    private static func swept(_ evidence: RotationEvidence) -> Check {
        let name = "No readable key is sealed under an older version"
        guard let target = evidence.target else { return Check(name, .notDecided, detail: "no key is current") }
        let left = evidence.picture.remaining(for: target)
        return left == 0 ? Check(name, .pass) : Check(name, .fail, detail: "\(left) keys are left")
    }

    /// A count cannot see a writer that has not committed; the database's own proof can.
    private static func proved(_ evidence: RotationEvidence) -> Check {
        let name = "The database proves it, and refuses older seals"
        guard let rotation = evidence.picture.rotation else {
            return Check(name, .notDecided, detail: "no rotation is on record")
        }
        guard let proof = rotation.validation else { return Check(name, .notDecided, detail: "the sweep is not over") }
        guard rotation.isProved, rotation.isFenced else {
            return Check(name, .fail, detail: "it did at \(proof.at), and does not any more")
        }
        return Check(name, .pass, detail: "CHECK constraint validated at \(proof.at) over \(proof.rows) keys")
    }

    private static func verified(_ evidence: RotationEvidence) -> Check {
        let name = "Every key opens under the new version"
        if let books = evidence.books, books.failed > 0 {
            return Check(name, .fail, detail: "\(books.failed) of \(books.stored) did not")
        }
        guard let rotation = evidence.picture.rotation, let proof = rotation.verification else {
            return Check(name, .notDecided, detail: "no pass has opened them all")
        }
        guard rotation.isFenced else {
            return Check(name, .notDecided, detail: "one did at \(proof.at); older seals were let in since")
        }
        let aside = proof.quarantined > 0 ? ", \(proof.quarantined) set aside were left out" : ""
        return Check(name, .pass, detail: "\(proof.rows) keys opened, \(proof.at)\(aside)")
    }

    private static func aside(_ evidence: RotationEvidence) -> Check {
        let count = evidence.quarantined.count
        return Check(
            "No row is set aside", count == 0 ? .pass : .fail,
            detail: count == 0 ? "" : "\(Count(count, "row")), listed below")
    }

    private static func readers(_ evidence: RotationEvidence) -> Check {
        let name = "Every reader seen within 24 hours holds the new version"
        guard let target = evidence.target, !evidence.picture.readers.isEmpty else {
            return Check(name, .notDecided, detail: "no reader said which keys it holds")
        }
        let missing = evidence.picture.readers(without: target).count
        guard missing == 0 else {
            return Check(name, .fail, detail: "\(missing) of \(evidence.picture.readers.count) do not")
        }
        let silent = evidence.picture.silent(without: target).count
        return silent == 0
            ? Check(name, .pass, detail: Count(evidence.picture.readers.count, "reader").description)
            : Check(name, .notDecided, detail: "\(silent) that did not fell silent before that")
    }

    private static func replicas(_ evidence: RotationEvidence) -> Check {
        let name = "Every replica is past the end of the sweep"
        guard evidence.picture.rotation?.lastPosition != nil else {
            return Check(name, .notDecided, detail: "the sweep is not over")
        }
        let replicas = evidence.picture.replicas
        if replicas.isEmpty { return Check(name, .pass, detail: "none is connected, and no slot waits for one") }
        let behind = replicas.filter { $0.isPastEnd == false }
        if !behind.isEmpty { return Check(name, .fail, detail: names(behind)) }
        let unknown = replicas.filter { $0.isPastEnd == nil }
        return unknown.isEmpty
            ? Check(name, .pass, detail: Count(replicas.count, "replica").description)
            : Check(name, .notDecided, detail: names(unknown) + ": position not known")
    }

    private static func names(_ replicas: [RotationPicture.Replica]) -> String {
        replicas.map(\.name).joined(separator: ", ")
    }

    private static func seals(_ evidence: RotationEvidence) -> Check {
        let name = "Every key that seals is below half of its 2^32 seals"
        let full = evidence.picture.keys.filter { $0.state == .current && $0.sealedCount > MasterKeyEntry.sealWarning }
        return full.isEmpty
            ? Check(name, .pass)
            : Check(
                name, .fail, detail: full.map { "version \($0.version): \($0.sealedCount)" }.joined(separator: ", "))
    }

    private static func cryptoperiod(_ evidence: RotationEvidence) -> Check {
        let name = "The current key is within its cryptoperiod"
        guard let key = evidence.picture.current, let activatedAt = key.activatedAt else {
            return Check(name, .notDecided, detail: "no key is current")
        }
        let end = activatedAt + evidence.retention.cryptoperiod
        return Check(
            name, evidence.picture.at <= end ? .pass : .fail,
            detail: "version \(key.version) may seal until \(end)")
    }

    /// Not a fault while a rotation is on its way, and not a pass either.
    private static func retired(_ evidence: RotationEvidence) -> Check {
        let left = evidence.picture.previous.map { "\($0.version)" }
        let name = "Every older key is retired"
        return left.isEmpty
            ? Check(name, .pass)
            : Check(name, .notDecided, detail: "still to be retired: version " + left.joined(separator: ", "))
    }

    private static func retention(_ evidence: RotationEvidence) -> Check {
        let name = "It is known until when the older key is needed"
        guard let until = evidence.keepUntil else {
            return Check(
                name, .notDecided,
                detail: evidence.picture.rotation?.validation == nil
                    ? "the sweep is not over" : "--backup-retention or --wal-retention was not given")
        }
        return Check(name, .pass, detail: "until \(until), for backups and archived WAL")
    }
}

import Batch
import FoundationEssentials
import Reports
import Secrets
import System

/// The report of a period: a pure function of what was read, so that the same data give the same bytes.
struct SavingsPage: Sendable {
    let queries: Queries
    let reading: Reading
    /// Whether the period lay in the past when it was read.
    let isOver: Bool
    var tongue = Tongue(language: .english)
    var outcome = Outcome.done

    init(queries: Queries, reading: Reading, isOver: Bool) {
        self.queries = queries
        self.reading = reading
        self.isOver = isOver
    }

    func `in`(_ language: PageLanguage) -> SavingsPage {
        var page = self
        page.tongue = Tongue(language: language)
        return page
    }

    func with(_ outcome: Outcome) -> SavingsPage {
        var page = self
        page.outcome = outcome
        return page
    }

    var isStatement: Bool { queries.user != nil }

    var claimVerdicts: [ClaimVerdict] {
        guard !isStatement else { return [] }
        return zip(queries.claims, reading.claims).map(ClaimVerdict.init)
    }

    /// Bookings that belong to no analysis at all.
    var withoutAnalysis: Int { reading.unplaced.reduce(0) { $0 &+ ($1.reason == "no_analysis" ? $1.entries : 0) } }

    /// Second charges of another period's analyses, which no correction mends.
    var bookedAgain: Int { reading.unplaced.reduce(0) { $0 &+ ($1.reason == "booked_again" ? $1.entries : 0) } }

    var doSumsDiffer: Bool { tieOuts.contains { $0.status == .fail } }

    /// What must never be: then the figures are worth nothing.
    var isBroken: Bool { doSumsDiffer || reading.tally.unbalanced > 0 || bookedAgain > 0 }

    var report: Report {
        var report = Report(
            id: reportID, job: "savings-report", title: title, tool: "byok-maintenance",
            toolVersion: SuiteVersion.text.description, outcome: outcome.name.description)
        report.facts = facts
        report.checks = checks
        report.sections =
            [savings] + (isStatement ? [] : [averages]) + [credits, missed, outages]
            + (isStatement ? [] : [claims]) + [prices, money, returns, aside, queriesAsked]
        report.provenance = reading.provenance
        report.tieOuts = tieOuts
        return report
    }

    var title: String {
        isStatement
            ? tongue("What your own keys saved", "Ce que vos propres clés ont économisé")
            : tongue("What users' own keys saved", "Ce que les clés des utilisateurs ont économisé")
    }

    private var facts: [Fact] {
        let tally = reading.tally
        var facts = [
            Fact(tongue("From", "Du"), .timestamp(queries.period.from)),
            Fact(tongue("To, not included", "Au, exclu"), .timestamp(queries.period.to)),
            Fact(tongue("Days and months are those of", "Jours et mois selon"), .text("UTC")),
        ]
        if let user = queries.user {
            facts.append(Fact(tongue("User", "Utilisateur"), .text(user.uuidString.lowercased())))
        }
        facts += [
            Fact(tongue("Users with analyses", "Utilisateurs avec analyses"), .count(tally.usersWithAnalyses)),
            Fact(
                tongue("Users with returns only", "Utilisateurs avec remboursements seuls"),
                .count(tally.usersWithReturnsOnly)),
            Fact(tongue("Of these with a key of their own", "Dont avec leur propre clé"), .count(tally.usersWithKey)),
            Fact(tongue("Analyses", "Analyses"), .count(tally.count(.analyses))),
            Fact(tongue("Credits at list price", "Crédits au prix catalogue"), tongue.number(tally.known(.list))),
            Fact(tongue("Credits charged", "Crédits débités"), tongue.number(tally.known(.charged))),
            Fact(tongue("Credits not charged", "Crédits non débités"), tongue.number(tally.known(.saved))),
            Fact(tongue("Credits missed", "Crédits manqués"), tongue.number(tally.known(.missed))),
            Fact(
                tongue("Analyses that missed an unknown amount", "Analyses au manque inconnu"),
                .count(tally.count(.missedNotKnown))),
            Fact(tongue("First analysis", "Première analyse"), reading.firstAt.map { .timestamp($0) } ?? .unknown),
            Fact(tongue("Last analysis", "Dernière analyse"), reading.lastAt.map { .timestamp($0) } ?? .unknown),
            Fact(tongue("Charges read", "Débits lus"), .count(reading.ledger?.charges ?? 0)),
            Fact(tongue("Refunds read", "Remboursements lus"), .count(reading.ledger?.refunds ?? 0)),
            Fact(tongue("Corrections read", "Corrections lues"), .count(reading.ledger?.corrections ?? 0)),
            Fact(
                tongue("Last ledger entry read", "Dernière écriture lue"),
                reading.ledger?.lastID.map { .text($0) } ?? .unknown),
        ]
        return facts
    }

    /// The same tool, period, scope and rows, read before or after the period was over and judged alike, give the same id: a
    /// UUID of version 5 (RFC 9562).
    var reportID: String {
        let claims = queries.claims.map {
            "\($0.text)\u{1F}\($0.kind ?? "")\u{1F}\($0.provider ?? "")\u{1F}\($0.basis.rawValue)\u{1F}\($0.rate)\u{1F}\($0.minimumShare)"
        }
        let price = queries.creditPrice.map { "\($0.amount) \($0.currency) \($0.source ?? "")" } ?? ""
        let name =
            [
                "savings-report \(SuiteVersion.text)", queries.period.from.description, queries.period.to.description,
                queries.user?.uuidString ?? "", price, reading.digest,
                isOver ? "over" : "going on", outcome.name.description,
            ] + claims
        // The namespace of this suite's reports: made once, at random.
        let space: [UInt8] = [
            0x6e, 0x1d, 0x1a, 0x5c, 0x52, 0x0b, 0x4c, 0x3f, 0x9a, 0x77, 0x0d, 0x4e, 0x8f, 0x21, 0x63, 0xb5,
        ]
        var bytes = Array(SHA1.digest(of: (space + Array(name.joined(separator: "\n").utf8)).span).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x50
        bytes[8] = bytes[8] & 0x3F | 0x80
        let hex = Array(SHA256.hex(bytes.span))
        return [hex[0..<8], hex[8..<12], hex[12..<16], hex[16..<20], hex[20..<32]].map { String($0) }
            .joined(separator: "-")
    }
}

import FoundationEssentials
import Postgres
import Secrets
import System

/// The statements of a run, each from its file.
struct Queries: Sendable {
    /// One that gives figures: its name and digest stand in the report.
    struct Source: Sendable {
        let name: StaticString
        let sql: [UInt8]
        let parameters: [Parameter]

        /// The server may take its time: its own `statement_timeout` ends it.
        private static let patience: Duration = .seconds(3 * 3600)

        var statement: Statement { Statement(name, sql: sql, parameters, deadline: Self.patience) }
        var digest: String { SHA256.hexDigest(of: sql.span) }
    }

    let period: Period
    let user: UUID?
    let claims: [Claim]
    let creditPrice: CreditPrice?

    private var scope: [Parameter] { [.timestamp(period.from), .timestamp(period.to), .uuid(user)] }

    var months: Source {
        Source(
            name: "months", sql: PackageResources.months_sql,
            parameters: [.timestamp(period.from), .timestamp(period.to)])
    }

    /// `months`: where those after the first begin.
    func savings(months: [Timestamp]) -> Source {
        Source(
            name: "savings", sql: PackageResources.savings_sql,
            parameters: scope + [
                .timestamps([period.from] + months), .text(creditPrice?.currency),
                .text(creditPrice?.amount.description), .texts(claims.map(\.kind)), .texts(claims.map(\.provider)),
                .texts(claims.map(\.rate.description)),
            ])
    }

    var irregular: Source { Source(name: "irregular", sql: PackageResources.irregular_sql, parameters: scope) }
    var unbalanced: Source { Source(name: "unbalanced", sql: PackageResources.unbalanced_sql, parameters: scope) }

    var focus: Source {
        Source(
            name: "focus", sql: PackageResources.focus_sql,
            parameters: scope + [.text(creditPrice?.amount.description)])
    }

    var unplaced: Source {
        Source(
            name: "unplaced", sql: PackageResources.unplaced_sql,
            parameters: [.timestamp(period.from), .timestamp(period.to)])
    }

    var prices: Source {
        Source(
            name: "prices", sql: PackageResources.prices_sql,
            parameters: [.timestamp(period.from), .timestamp(period.to), .text(creditPrice?.amount.description)])
    }

    static var installation: Statement { Statement("installation", sql: PackageResources.installation_sql) }
    static var previousReport: Statement { Statement("previous report", sql: PackageResources.previous_report_sql) }
}

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

    var bounds: Source {
        Source(
            name: "bounds", sql: PackageResources.bounds_sql,
            parameters: [.timestamp(period.from), .timestamp(period.to), .text(creditPrice?.currency)])
    }

    /// One statement, in three files: the analyses, the ledger and the users, and what is told of them.
    private static let savings =
        PackageResources.savings_cells_sql + PackageResources.savings_ledger_sql + PackageResources.savings_parts_sql

    func savings(_ bounds: Bounds) -> Source {
        Source(
            name: "savings", sql: Self.savings,
            parameters: scope + [
                .timestamps(bounds.months), .timestamps(bounds.all), .texts(bounds.kinds), .bool(bounds.pricesTokens),
                .text(creditPrice?.currency), .text(creditPrice?.amount.description), .texts(claims.map(\.kind)),
                .texts(claims.map(\.provider)), .texts(claims.map(\.rate.description)),
            ])
    }

    var claimed: Source {
        Source(
            name: "claimed", sql: PackageResources.claimed_sql,
            parameters: [.texts(claims.map(\.kind)), .texts(claims.map(\.provider))])
    }

    var irregular: Source {
        Source(
            name: "irregular", sql: PackageResources.irregular_sql, parameters: scope + [.text(creditPrice?.currency)])
    }

    func unbalanced(of users: [UUID]) -> Source {
        Source(
            name: "unbalanced", sql: PackageResources.unbalanced_sql,
            parameters: [.timestamp(period.from), .timestamp(period.to), .uuids(users)])
    }

    /// `ids`: between these lie the charges' own.
    func unplaced(_ ids: ClosedRange<Int>?) -> Source {
        Source(
            name: "unplaced", sql: PackageResources.unplaced_sql,
            parameters: [
                .timestamp(period.from), .timestamp(period.to), .int(ids?.lowerBound), .int(ids?.upperBound),
                .uuid(user),
            ])
    }

    var functions: Source { Source(name: "functions", sql: PackageResources.functions_sql, parameters: []) }

    var prices: Source {
        Source(
            name: "prices", sql: PackageResources.prices_sql,
            parameters: [.timestamp(period.from), .timestamp(period.to), .text(creditPrice?.amount.description)])
    }

    /// What providers charge, in the currency of the credit's price; nil without one.
    var tokenPrices: Source? {
        creditPrice.map { price in
            Source(
                name: "token_prices", sql: PackageResources.token_prices_sql,
                parameters: [.timestamp(period.from), .timestamp(period.to), .text(price.currency)])
        }
    }

    /// What providers billed for whole months, in the currency of the credit's price; nil without one.
    var bills: Source? {
        creditPrice.map { price in
            Source(
                name: "bills", sql: PackageResources.bills_sql,
                parameters: [
                    .timestamp(period.from), .timestamp(period.to), .text(price.currency), .uuid(user),
                ])
        }
    }

    static var installation: Statement { Statement("installation", sql: PackageResources.installation_sql) }
}

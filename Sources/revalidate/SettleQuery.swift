import Postgres
import Providers

extension Queries {
    /// One transaction; the same batch again gives the same outcomes and changes nothing.
    static func settle(_ looks: [Look], _ pass: RunPass, _ settings: RevalidateSettings) -> Statement {
        Statement(
            "settle checks", sql: PackageResources.settle_checks_sql,
            [
                .text(pass.shard), .uuid(pass.token), .uuid(pass.runID), .interval(settings.confirmAfter),
                .interval(settings.confirmAfterSlow), .interval(settings.recheckAfter),
                .uuids(looks.map(\.keyID)), .ints(looks.map(\.revision)), .texts(looks.map(\.verdict.rawValue)),
                .bools(looks.map(\.isSlow)), .ints(looks.map(\.httpStatus)), .texts(looks.map(\.code)),
                .texts(looks.map(\.requestID)), .ints(looks.map(\.latencyMilliseconds)),
            ], idempotent: true)
    }
}

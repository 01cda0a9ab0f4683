import Batch

/// What providers billed for whole months of the period.
struct BillFigures: Sendable, Equatable {
    let bills: Int
    let amount: ExactDecimal?
    /// Bills for which no analysis on an own key is on record.
    let leftOver: Int
    let amountLeftOver: ExactDecimal?

    init(_ fields: PartFields) throws(JobFailure) {
        bills = try fields.count("bills")
        amount = try fields.decimal("amount")
        leftOver = try fields.count("left_over")
        amountLeftOver = try fields.decimal("amount_left_over")
    }
}

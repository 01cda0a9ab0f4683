import Batch
import Postgres
import System

/// One line of the FOCUS 1.2 file: analyses of a month at one price, or what was given back for them.
///
/// After FOCUS' own scenario "usage of virtual currency at a modified rate": the list price and the price on an own key
/// stand in one row, in credits, and beside them the same in money. Credits are prepaid, so usage bills nothing.
struct FocusRow {
    static let fileName = "focus-1.2.csv"

    private let month: Timestamp
    private let entry, kind, mode: String
    private let provider: String?
    private let listPrice, chargedPrice: String?
    private let quantity: Int
    private let listMoney, money: String?
    private let credits: String?
    private let listUnit, contractedUnit: String?
    /// The row for the digest of everything that was read.
    let digestText: String

    init(_ row: Row) throws(PostgresError) {
        month = try row.timestamp("month")
        entry = try row.text("entry")
        kind = try row.text("kind")
        provider = try row.optionalText("provider")
        mode = try row.text("mode")
        listPrice = try row.optionalText("credits_list")
        chargedPrice = try row.optionalText("credits_charged")
        quantity = try row.int("quantity")
        listMoney = try row.optionalText("list_money")
        money = try row.optionalText("money")
        credits = try row.optionalText("credits")
        listUnit = try row.optionalText("list_unit")
        contractedUnit = try row.optionalText("contracted_unit")
        digestText = [
            month.description, entry, kind, provider ?? "", mode, listPrice ?? "", chargedPrice ?? "", "\(quantity)",
            credits ?? "",
        ].joined(separator: "\u{1F}")
    }

    private var isUsage: Bool { entry == "usage" }

    static let header = [
        "BilledCost", "BillingAccountId", "BillingAccountName", "BillingAccountType", "BillingCurrency",
        "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription",
        "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart", "CommitmentDiscountStatus", "ConsumedQuantity",
        "ConsumedUnit", "ContractedCost", "ContractedUnitPrice", "EffectiveCost", "InvoiceId", "InvoiceIssuerName",
        "ListCost", "ListUnitPrice", "PricingCategory", "PricingCurrency", "PricingCurrencyContractedUnitPrice",
        "PricingCurrencyEffectiveCost", "PricingCurrencyListUnitPrice", "PricingQuantity", "PricingUnit",
        "ProviderName", "PublisherName", "ServiceCategory", "ServiceName", "ServiceSubcategory", "SkuId", "SkuMeter",
        "SkuPriceDetails", "SkuPriceId", "x_Mode", "x_LLMProvider",
    ]

    func csv(_ price: CreditPrice, in period: Period, for account: String) -> [UInt8] {
        var line = CommaSeparated()
        addCharge(&line, price, period, account)
        addCosts(&line)
        addService(&line)
        addSku(&line)
        line.end()
        return line.bytes
    }

    private func addCharge(
        _ line: inout CommaSeparated, _ price: CreditPrice, _ period: Period, _ account: String
    ) {
        let next = Self.monthAfter(month)
        line.add(isUsage ? "0" : money)
        line.add(account)
        line.add(account)
        line.add("Product")
        line.add(price.currency)
        line.add(next)
        line.add(month)
        line.add(isUsage ? "Usage" : "Credit")
        line.add(mode == "earlier" ? "Correction" : nil)
        line.add(foreign: "\(isUsage ? "Analyses" : entry == "refund" ? "Refunds" : "Corrections") of kind \(kind)")
        line.add(isUsage ? "Usage-Based" : "One-Time")
        line.add(min(next, period.to))
        line.add(max(month, period.from))
    }

    private func addCosts(_ line: inout CommaSeparated) {
        line.add(nil as String?)
        line.add(isUsage ? String(quantity) : nil)
        line.add(isUsage ? "Analyses" : nil)
        line.add(money)
        line.add(contractedUnit)
        line.add(money)
        line.add(nil as String?)
        line.add("Validio")
        line.add(isUsage ? listMoney : money)
        line.add(listUnit)
        line.add(isUsage ? "Standard" : nil)
        line.add("Credits")
        line.add(chargedPrice)
        line.add(credits)
        line.add(listPrice)
        line.add(isUsage ? String(quantity) : nil)
        line.add(isUsage ? "Analyses" : nil)
    }

    private func addService(_ line: inout CommaSeparated) {
        line.add("Validio")
        line.add("Validio")
        line.add("AI and Machine Learning")
        line.add("Analyses")
        line.add("Generative AI")
    }

    private func addSku(_ line: inout CommaSeparated) {
        line.add(foreign: isUsage ? kind : nil)
        line.add(foreign: isUsage ? kind : nil)
        line.add(nil as String?)
        line.add(foreign: isUsage ? [kind, provider ?? "none", mode, listPrice ?? ""].joined(separator: "/") : nil)
        line.add(mode)
        line.add(foreign: provider)
    }

    private static func monthAfter(_ month: Timestamp) -> Timestamp {
        let date = CivilDate(daysSince1970: Int(month.microseconds / 86_400_000_000))
        let next = CivilDate(
            year: date.month == 12 ? date.year + 1 : date.year, month: date.month == 12 ? 1 : date.month + 1, day: 1)
        return Timestamp(microseconds: Int64(next?.daysSince1970 ?? 0) &* 86_400_000_000)
    }
}

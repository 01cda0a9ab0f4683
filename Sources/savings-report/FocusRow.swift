import Batch
import System

/// One line of the FOCUS 1.2 file: analyses of a month at one price, or what was given back for them.
///
/// After FOCUS' own scenario "usage of virtual currency at a modified rate": the list price and the price on an own key
/// stand in one row, in credits, and beside them the same in money. Credits are prepaid, so neither usage nor
/// their return bills anything.
struct FocusRow {
    static let fileName = "focus-1.2.csv"

    private let month: Timestamp
    private let entry, kind, mode: String
    private let provider: String?
    private let listPrice, chargedPrice: String?
    let quantity: Int
    private let listMoney, money: String?
    let credits: ExactDecimal?
    private let listUnit, contractedUnit: String?

    init(_ fields: PartFields) throws(JobFailure) {
        guard let month = fields.moment("month"), let entry = fields.text("entry"), let kind = fields.text("kind"),
            let mode = fields.text("mode")
        else { throw PartFields.unreadable }
        (self.month, self.entry, self.kind, self.mode) = (month, entry, kind, mode)
        provider = fields.text("provider")
        listPrice = fields.text("credits_list")
        chargedPrice = fields.text("credits_charged")
        quantity = try fields.count("quantity")
        listMoney = fields.text("list_money")
        money = fields.text("money")
        credits = try fields.decimal("credits")
        listUnit = fields.text("list_unit")
        contractedUnit = fields.text("contracted_unit")
    }

    var isUsage: Bool { entry == "usage" }

    private var decimalQuantity: String? { Self.decimal(String(quantity)) }

    /// FOCUS wants decimals, and its validator takes a column of whole numbers for something else.
    private static func decimal(_ number: String?) -> String? {
        number.map { $0.contains(".") ? $0 : $0 + ".0" }
    }

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
        // Prepaid credits that are spent or come back are on no invoice.
        line.add(Self.decimal("0"))
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
        line.add(isUsage ? decimalQuantity : nil)
        line.add(isUsage ? "Analyses" : nil)
        line.add(Self.decimal(money))
        line.add(Self.decimal(contractedUnit))
        line.add(Self.decimal(money))
        line.add(nil as String?)
        line.add("Validio")
        line.add(Self.decimal(isUsage ? listMoney : money))
        line.add(Self.decimal(listUnit))
        line.add(isUsage ? "Standard" : nil)
        line.add("Credits")
        line.add(Self.decimal(chargedPrice))
        line.add(Self.decimal(credits?.description))
        line.add(Self.decimal(listPrice))
        line.add(isUsage ? decimalQuantity : nil)
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

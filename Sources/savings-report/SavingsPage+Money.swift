import Reports

/// What the savings are worth, and what they cost at the providers.
extension SavingsPage {
    /// How a provider's cost is known.
    enum CostBasis: String, CaseIterable { case billed, estimated, unknown }

    var money: Section {
        Section(
            tongue("Money", "Argent"),
            notes: [
                queries.creditPrice == nil
                    ? tongue(
                        "Credits are not money: no price of a credit was given (--credit-price), so nothing is converted.",
                        "Des crédits ne sont pas de l’argent : sans prix du crédit (--credit-price), rien n’est converti."
                    )
                    : tongue(
                        "What byok.provider_bills has for a whole month of the period was billed. The rest is estimated from recorded tokens and byok.token_prices; where either is missing it is unknown, which is not zero.",
                        "Ce que byok.provider_bills contient pour un mois entier de la période a été facturé. Le reste est estimé d’après les jetons enregistrés et byok.token_prices ; sans l’un ou l’autre il est inconnu, ce qui n’est pas zéro."
                    )
            ],
            tables: [worth, costs] + (queries.creditPrice == nil ? [] : [billTable, tokenPriceTable]))
    }

    private var worth: Table {
        let (tally, price) = (reading.tally, queries.creditPrice)
        let isWhole = tally.count(.costed) == tally.count(.ownKey) && tally.count(.ownKey) > 0
        // A user's net is not known where an own-key analysis is set aside: nor then is everybody's.
        let isNetWhole = price != nil && isWhole && tally.usersWithoutNet == 0
        return Table(
            tongue("What the savings are worth", "Ce que valent les économies"),
            columns: [
                Column("item", tongue("Item", "Poste")), Column("value", tongue("Value", "Valeur"), .decimal),
            ],
            rows: [
                [.text(tongue("price of a credit", "prix du crédit")), tongue.number(price?.amount)],
                [.text(tongue("currency", "monnaie")), price.map { .text($0.currency) } ?? .unknown],
                [
                    .text(tongue("source of the price", "source du prix")),
                    price?.source.map { .text($0) } ?? .unknown,
                ],
                [
                    .text(tongue("own-key analyses with known tokens", "analyses sur clé propre aux jetons connus")),
                    .count(tally.count(.metered)),
                ],
                [
                    .text(tongue("their share of own-key analyses, %", "leur part des analyses sur clé propre, %")),
                    tongue.percent(reading.rates?.meteredPercent),
                ],
                [
                    .text(tongue("own-key analyses whose cost is known", "analyses sur clé propre au coût connu")),
                    .count(tally.count(.costed)),
                ],
                [
                    .text(tongue("provider cost of all", "coût fournisseur de toutes")),
                    isWhole ? tongue.number(tally.sum(.cost)) : .unknown,
                ],
                [
                    .text(tongue("net of everybody", "net de tous")),
                    isNetWhole ? tongue.number(tally.sum(.net)) : .unknown,
                ],
            ])
    }

    private var costs: Table {
        let tally = reading.tally
        let estimated = tally.count(.costed) &- tally.count(.billedAnalyses)
        return Table(
            tongue("Provider cost by basis", "Coût fournisseur par base"),
            columns: [
                Column("basis", tongue("Basis", "Base")), Column("meaning", tongue("Meaning", "Sens")),
                Column("analyses", tongue("Analyses", "Analyses"), .count),
                Column("cost", tongue("Cost", "Coût"), .decimal),
            ],
            rows: [
                row(.billed, tally.count(.billedAnalyses), tongue.number(tally.sum(.billed))),
                row(.estimated, estimated, tongue.number(tally.sum(.estimated))),
                row(
                    .unknown, tally.count(.ownKey) &- tally.count(.costed),
                    tally.count(.ownKey) == tally.count(.costed) ? tongue.number(.zero) : .unknown),
            ])
    }

    private var billTable: Table {
        Table(
            tongue("Bills of the whole months of the period", "Factures des mois entiers de la période")
                + cut(reading.billRows),
            columns: [
                Column("month", tongue("Month", "Mois")), Column("provider", tongue("Provider", "Fournisseur")),
                Column("user_id", tongue("User", "Utilisateur"), .identifier),
                Column("amount", tongue("Amount", "Montant"), .decimal), Column("source", tongue("Source", "Source")),
            ],
            rows: reading.billRows.map { bill in
                [
                    .text(bill.month), .text(bill.provider), .text(bill.userID),
                    tongue.number(ExactDecimal(bill.amount)), .text(bill.source),
                ]
            })
    }

    private func row(_ basis: CostBasis, _ analyses: Int, _ cost: Cell) -> [Cell] {
        let meaning =
            switch basis {
            case .billed: tongue("a bill of that month and provider", "une facture de ce mois et fournisseur")
            case .estimated: tongue("tokens at the listed price", "jetons au prix du tarif")
            case .unknown:
                tongue("no bill, no tokens or no price of them", "ni facture, ni jetons, ou pas de prix pour eux")
            }
        return [.text(basis.rawValue), .text(meaning), .count(analyses), cost]
    }
}

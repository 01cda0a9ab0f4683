import Reports
import System

/// Claims and prices.
extension SavingsPage {
    var claims: Section {
        Section(
            tongue("Published claims", "Promesses publiées"),
            notes: claimVerdicts.isEmpty
                ? [tongue("No claims were given (--claims).", "Aucune promesse n’a été fournie (--claims).")]
                : claimVerdicts.map { "\($0.claim.text): " + words($0) },
            tables: [
                Table(
                    tongue("Claims against prices and measurements", "Promesses face aux prix et aux mesures"),
                    columns: [
                        Column("claim", tongue("Claim", "Promesse")), Column("basis", tongue("Basis", "Base")),
                        Column("rate_percent", tongue("Claimed, %", "Promis, %"), .decimal),
                        Column("attainable_percent", tongue("Attainable, %", "Atteignable, %"), .decimal),
                        Column("own_key_percent", tongue("On own keys, %", "Sur clés propres, %"), .decimal),
                        Column("measured_percent", tongue("Measured, %", "Mesuré, %"), .decimal),
                        Column("users", tongue("Users", "Utilisateurs"), .count),
                        Column("reached", tongue("Reach it", "L’atteignent"), .count),
                        Column("status", tongue("Result", "Résultat"), .status),
                    ],
                    rows: claimVerdicts.map { verdict in
                        [
                            .text(verdict.claim.text), .text(verdict.claim.basis.rawValue),
                            tongue.percent(verdict.claim.rate), tongue.percent(verdict.figures.attainable),
                            tongue.percent(verdict.figures.measuredOnOwnKeys), tongue.percent(verdict.figures.measured),
                            .count(verdict.figures.users), .count(verdict.figures.reached), .status(verdict.status),
                        ]
                    })
            ])
    }

    func words(_ verdict: ClaimVerdict) -> String {
        let (claim, figures) = (verdict.claim, verdict.figures)
        switch verdict.finding {
        case .holds: return tongue("holds", "tenue")
        case .unattainable:
            let best = figures.attainable.map(tongue.percentText) ?? ""
            return tongue(
                "nobody can reach it: the listed prices give \(best) at best",
                "personne ne peut l’atteindre : le tarif donne au mieux \(best)")
        case .notReached: return shortfall(claim, figures)
        case .undecided:
            return tongue(
                "not decided: no such price, or no such analyses", "indéterminé : ni prix ni analyses de ce genre")
        }
    }

    private func shortfall(_ claim: Claim, _ figures: ClaimFigures) -> String {
        let share = tongue.percentText(claim.minimumShare)
        let measured = claim.basis == .price ? figures.measuredOnOwnKeys : figures.measured
        let rate = measured.map(tongue.percentText) ?? ""
        return switch claim.basis {
        case .upTo:
            tongue(
                "\(figures.reached) of \(figures.users) users reach it, fewer than \(share)",
                "\(figures.reached) des \(figures.users) utilisateurs l’atteignent, moins de \(share)")
        case .average: tongue("the average is \(rate)", "la moyenne est de \(rate)")
        case .price: tongue("analyses on own keys came to \(rate)", "les analyses sur clé propre donnent \(rate)")
        }
    }

    var prices: Section {
        Section(
            tongue("Prices and break-even", "Prix et seuil de rentabilité"),
            notes: [
                tongue(
                    "An own key pays off while one analysis costs less at the provider than the credits it spares. A price that changes within the period splits the rows of lines.csv and of the FOCUS file.",
                    "Une clé propre est rentable tant qu’une analyse coûte moins chez le fournisseur que les crédits épargnés. Un prix qui change dans la période partage les lignes de lines.csv et du fichier FOCUS."
                )
            ]
                + (reading.priceCount > reading.prices.count
                    ? [
                        tongue(
                            "The first \(reading.prices.count) of \(reading.priceCount) prices.",
                            "Les \(reading.prices.count) premiers des \(reading.priceCount) prix.")
                    ]
                    : []),
            tables: [
                Table(
                    tongue("The price list of the period", "Le tarif de la période"),
                    columns: [
                        Column("kind", tongue("Kind", "Genre")), Column("provider", tongue("Provider", "Fournisseur")),
                        Column("credits_list", tongue("List", "Catalogue"), .decimal),
                        Column("credits_own_key", tongue("Own key", "Clé propre"), .decimal),
                        Column("rate_percent", tongue("Rate, %", "Taux, %"), .decimal),
                        Column("break_even_credits", tongue("Break-even, credits", "Seuil, crédits"), .decimal),
                        Column("break_even_money", breakEvenTitle, .decimal),
                        Column("valid_from", tongue("From", "Du"), .timestamp),
                        Column("valid_until", tongue("Until", "Au"), .timestamp),
                    ],
                    rows: reading.prices.map { price in
                        [
                            .text(price.kind), .text(price.provider), number(price.list), number(price.ownKey),
                            tongue.percent(price.rate.flatMap { ExactDecimal($0) }), number(price.breakEven),
                            number(price.breakEvenMoney), price.validFrom.map { .timestamp($0) } ?? .absent("–"),
                            price.validUntil.map { .timestamp($0) } ?? .absent("–"),
                        ]
                    })
            ])
    }

    private var breakEvenTitle: String {
        tongue("Break-even", "Seuil")
            + (queries.creditPrice.map { ", " + $0.currency } ?? tongue(", money", ", argent"))
    }

    var tokenPriceTable: Table {
        Table(
            tongue("Token prices of the period, per million", "Prix des jetons de la période, par million")
                + cut(reading.tokenPrices),
            columns: [
                Column("provider", tongue("Provider", "Fournisseur")), Column("model", tongue("Model", "Modèle")),
                Column("input_price", tongue("Input", "Entrée"), .decimal),
                Column("output_price", tongue("Output", "Sortie"), .decimal),
                Column("source", tongue("Source", "Source")),
                Column("valid_from", tongue("From", "Du"), .timestamp),
                Column("valid_until", tongue("Until", "Au"), .timestamp),
            ],
            rows: reading.tokenPrices.map { price in
                [
                    .text(price.provider), .text(price.model), number(price.input), number(price.output),
                    .text(price.source), price.validFrom.map { .timestamp($0) } ?? .absent("–"),
                    price.validUntil.map { .timestamp($0) } ?? .absent("–"),
                ]
            })
    }

    /// What a caption says where a list is longer than what is shown of it.
    func cut(_ rows: [some ListedRow]) -> String {
        guard let all = rows.first?.allRows, all > rows.count else { return "" }
        return tongue(", the first \(rows.count) of \(all)", " : \(rows.count) sur \(all)")
    }

    private func number(_ text: String?) -> Cell { tongue.number(text.flatMap { ExactDecimal($0) }) }
}

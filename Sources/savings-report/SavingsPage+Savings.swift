import Reports
import System

/// What was saved: by user, on average, by month.
extension SavingsPage {
    /// Where a rate says little: fewer analyses than this.
    private static let few = 5

    var savings: Section {
        let all = reading.tally.usersWithKey
        let shown = reading.leaders.count
        return Section(
            isStatement
                ? tongue("Your credits", "Vos crédits") : tongue("What each user saved", "Ce que chacun a économisé"),
            notes: [
                tongue(
                    "Credits not charged are the list price less what was charged. A rate is negative where it is cheaper; it takes in the analyses that ran on the plan.",
                    "Les crédits non débités sont le prix catalogue moins le débit. Un taux négatif est une baisse ; il comprend les analyses passées sur le forfait."
                )
            ]
                + (isStatement
                    ? []
                    : [
                        tongue(
                            "The \(shown) of \(all) users with a key who saved most; users.csv and users.jsonl have everybody.",
                            "Les \(shown) des \(all) utilisateurs avec clé qui ont le plus économisé ; users.csv et users.jsonl les ont tous."
                        )
                    ]),
            tables: [
                Table(
                    tongue("Credits by user", "Crédits par utilisateur"),
                    columns: [
                        Column("user_id", tongue("User", "Utilisateur"), .identifier),
                        Column("analyses", tongue("Analyses", "Analyses"), .count),
                        Column("own_key", tongue("On own key", "Sur clé propre"), .count),
                        Column("fallback", tongue("Fallback", "Repli"), .count),
                        Column("plan", tongue("Plan", "Forfait"), .count),
                        Column("credits_list", tongue("At list", "Catalogue"), .decimal),
                        Column("credits_charged", tongue("Charged", "Débités"), .decimal),
                        Column("credits_not_charged", tongue("Not charged", "Non débités"), .decimal),
                        Column("rate_percent", tongue("Rate, %", "Taux, %"), .decimal),
                        Column("credits_missed", tongue("Missed", "Manqués"), .decimal),
                    ],
                    rows: reading.leaders.map(row))
            ])
    }

    private func row(_ leader: LeaderFigures) -> [Cell] {
        [
            .text(leader.userID), .count(leader.analyses), .count(leader.ownKey), .count(leader.fallback),
            .count(leader.plan), tongue.number(leader.list), tongue.number(leader.charged), tongue.number(leader.saved),
            leader.analyses < Self.few
                ? .absent(tongue("fewer than \(Self.few) analyses", "moins de \(Self.few) analyses"))
                : tongue.percent(leader.rate),
            tongue.number(leader.missed),
        ]
    }

    var averages: Section {
        let rates = reading.rates
        return Section(
            tongue("Averages", "Moyennes"),
            notes: [
                tongue(
                    "Four averages over users with a key of their own. The ratio of sums is that of the sums beside it, of all these users' analyses that were not set aside; mean and median are of those users whose list price is above zero, as the others have no rate; own-key analyses alone are what a price list promises. All such users are counted, so there is no margin of error.",
                    "Quatre moyennes sur les utilisateurs avec leur propre clé. Le rapport des sommes est celui des sommes affichées à côté, de toutes leurs analyses non écartées ; moyenne et médiane portent sur ceux dont le prix catalogue n’est pas nul, les autres n’ayant pas de taux ; les seules analyses sur clé propre sont ce que promet un tarif. Tous ces utilisateurs sont comptés, il n’y a donc pas de marge d’erreur."
                )
            ],
            tables: [averageTable(rates), leftOutTable(rates), distributionTable(rates)], charts: [histogram(rates)])
    }

    private func averageTable(_ rates: RateFigures?) -> Table {
        Table(
            tongue("Rate against the list price", "Taux par rapport au catalogue"),
            columns: [
                Column("average", tongue("Average", "Moyenne")),
                Column("rate_percent", tongue("Rate, %", "Taux, %"), .decimal),
                Column("users", tongue("Users", "Utilisateurs"), .count),
                Column("credits_list", tongue("At list", "Catalogue"), .decimal),
                Column("credits_charged", tongue("Charged", "Débités"), .decimal),
            ],
            rows: [
                average(tongue("ratio of sums", "rapport des sommes"), rates?.ratioOfSums, rates?.all),
                average(tongue("mean of users' rates", "moyenne des taux des utilisateurs"), rates?.mean, rates?.rated),
                average(
                    tongue("median of users' rates", "médiane des taux des utilisateurs"), rates?.median,
                    rates?.rated),
                average(
                    tongue("own-key analyses only", "analyses sur clé propre seules"), rates?.ownKeyOnly,
                    rates?.onOwnKeys),
            ])
    }

    private func average(_ name: String, _ rate: ExactDecimal?, _ basis: RateFigures.Basis?) -> [Cell] {
        [
            .text(name), tongue.percent(rate), .count(basis?.users ?? 0), tongue.number(basis?.list),
            tongue.number(basis?.charged),
        ]
    }

    private func leftOutTable(_ rates: RateFigures?) -> Table {
        Table(
            tongue("Users left out of mean and median", "Utilisateurs hors moyenne et médiane"),
            columns: [
                Column("reason", tongue("Reason", "Raison")), Column("meaning", tongue("Meaning", "Sens")),
                Column("users", tongue("Users", "Utilisateurs"), .count),
            ],
            rows: LeftOut.allCases.map { reason in
                [.text(reason.rawValue), .text(meaning(reason)), .count(rates?.leftOut[reason] ?? 0)]
            },
            totals: [
                .text(tongue("all", "tous")), .text(""),
                .count(LeftOut.allCases.reduce(0) { $0 &+ (rates?.leftOut[$1] ?? 0) }),
            ])
    }

    private func meaning(_ reason: LeftOut) -> String {
        switch reason {
        case .returnsOnly: tongue("no analyses, only returns", "aucune analyse, seulement des remboursements")
        case .noKey: tongue("no key of their own", "pas de clé propre")
        case .allSetAside:
            tongue("every analysis was set aside", "toutes les analyses ont été écartées")
        case .listZero:
            tongue(
                "a list price of 0 in all: no rate, but in the ratio of sums",
                "prix catalogue total nul : sans taux, mais dans le rapport des sommes")
        }
    }

    private func distributionTable(_ rates: RateFigures?) -> Table {
        Table(
            tongue("Distribution of users' rates", "Répartition des taux des utilisateurs"),
            columns: [
                Column("measure", tongue("Measure", "Mesure")), Column("value", tongue("Value", "Valeur"), .decimal),
            ],
            rows: [
                [.text(tongue("users", "utilisateurs")), .count(rates?.rated.users ?? 0)],
                [
                    .text(tongue("users without a rate", "utilisateurs sans taux")),
                    .count((rates?.all.users ?? 0) &- (rates?.rated.users ?? 0)),
                ],
                [.text(tongue("lowest rate, %", "taux le plus bas, %")), tongue.percent(rates?.lowest)],
                [.text(tongue("tenth percentile, %", "dixième centile, %")), tongue.percent(rates?.p10)],
                [
                    .text(tongue("ninetieth percentile, %", "quatre-vingt-dixième centile, %")),
                    tongue.percent(rates?.p90),
                ],
                [.text(tongue("highest rate, %", "taux le plus haut, %")), tongue.percent(rates?.highest)],
                [
                    .text(tongue("share of the top tenth, %", "part du premier dixième, %")),
                    tongue.percent(rates?.topTenth),
                ],
            ])
    }

    private func histogram(_ rates: RateFigures?) -> BarChart {
        let labels =
            [tongue("above 0 %", "plus de 0 %"), "0 %"]
            + stride(from: 0, to: 70, by: 10).map {
                tongue(
                    "below \($0 == 0 ? "" : "-")\($0) to -\($0 + 10) %",
                    "sous \($0 == 0 ? "" : "−")\($0) à −\($0 + 10) %")
            }
            + [tongue("below -70 %", "sous −70 %")]
        return BarChart(
            tongue("Users by rate", "Utilisateurs par taux"), unit: tongue("users", "utilisateurs"),
            bars: zip(labels, rates?.bins ?? []).map { BarChart.Bar($0, $1) })
    }

    var credits: Section {
        let more = reading.lineCount > reading.lines.count
        return Section(
            tongue("Credits by month", "Crédits par mois"),
            notes: more
                ? [
                    tongue(
                        "The first \(reading.lines.count) of \(reading.lineCount) rows; lines.csv has all.",
                        "Les \(reading.lines.count) premières des \(reading.lineCount) lignes ; lines.csv les a toutes."
                    )
                ]
                : [],
            tables: [
                Table(
                    tongue("By month, kind, provider, mode and price", "Par mois, genre, fournisseur, mode et prix"),
                    columns: [
                        Column("month", tongue("Month", "Mois")), Column("kind", tongue("Kind", "Genre")),
                        Column("provider", tongue("Provider", "Fournisseur")), Column("mode", "Mode"),
                        Column("price_list", tongue("List price", "Prix catalogue"), .decimal),
                        Column("price_own_key", tongue("Own-key price", "Prix clé propre"), .decimal),
                        Column("analyses", tongue("Analyses", "Analyses"), .count),
                        Column("unpriced", tongue("Unpriced", "Sans prix"), .count),
                        Column("credits_list", tongue("At list", "Catalogue"), .decimal),
                        Column("credits_charged", tongue("Charged", "Débités"), .decimal),
                        Column("credits_not_charged", tongue("Not charged", "Non débités"), .decimal),
                    ],
                    rows: reading.lines.map(row))
            ],
            charts: [
                chart(tongue("Credits charged", "Crédits débités"), \.charged),
                chart(tongue("Credits not charged", "Crédits non débités"), \.saved),
            ])
    }

    private func row(_ line: LineFigures) -> [Cell] {
        [
            .text(name(line.month)), .text(line.kind), line.provider.map { .text($0) } ?? .unknown, .text(line.mode),
            tongue.number(line.priceList), tongue.number(line.priceOwnKey), .count(line.analyses),
            .count(line.unpriced), tongue.number(line.list), tongue.number(line.chargedInAll),
            tongue.number(line.saved),
        ]
    }

    private func chart(_ title: String, _ value: (MonthFigures) -> ExactDecimal) -> BarChart {
        BarChart(
            title, unit: tongue("credits", "crédits"),
            bars: reading.months.map { month in
                let value = value(month)
                // A bar has no other side: its length is what it came to, and its label says which way.
                let label = name(month.month) + (value < .zero ? tongue(", negative", ", négatif") : "")
                return BarChart.Bar(
                    label, Int(clamping: value.rounded.magnitude), exact: tongue.digits(value.description))
            })
    }

    /// `2026-10`.
    private func name(_ month: Timestamp) -> String { String(month.description.prefix(7)) }
}

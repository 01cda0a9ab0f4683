import Reports

/// What was given back, and what was set aside.
extension SavingsPage {
    var returns: Section {
        let tally = reading.tally
        return Section(
            tongue("Refunds and corrections", "Remboursements et corrections"),
            notes: [
                tongue(
                    "By the day they were booked. They are not part of the rates, which tell what analyses cost.",
                    "Au jour de leur écriture. Ils n’entrent pas dans les taux, qui disent ce que coûtent les analyses."
                )
            ],
            tables: [
                Table(
                    tongue("Given back", "Rendu"),
                    columns: [
                        Column("entry", tongue("Entry", "Écriture")),
                        Column("entries", tongue("Entries", "Écritures"), .count),
                        Column("credits", tongue("Credits", "Crédits"), .decimal),
                    ],
                    rows: [
                        [
                            .text(tongue("refunds", "remboursements")), .count(tally.count(.refunds)),
                            tongue.number(tally.sum(.refunded)),
                        ],
                        [
                            .text(tongue("corrections", "corrections")), .count(tally.count(.corrections)),
                            tongue.number(tally.sum(.corrected)),
                        ],
                        [
                            .text(
                                tongue(
                                    "of these for analyses of earlier periods", "dont analyses de périodes antérieures")
                            ),
                            .unknown, tongue.number(tally.sum(.ofEarlierPeriods)),
                        ],
                    ])
            ])
    }

    var aside: Section {
        Section(
            tongue("Rows set aside", "Lignes écartées"),
            notes: [
                tongue(
                    "The first hundred of each. An analysis set aside is in no list price, rate, claim or FOCUS row; what it was charged stands in the sums that the ledger must match. Nothing is clamped or guessed.",
                    "Les cent premières de chaque. Une analyse écartée n’entre dans aucun prix catalogue, taux, promesse ni ligne FOCUS ; son débit reste dans les sommes que le grand livre doit confirmer. Rien n’est borné ni deviné."
                )
            ],
            tables: [irregularTable, unbalancedTable, unplacedTable])
    }

    private var irregularTable: Table {
        Table(
            tongue("Numbers that are missing or cannot be right", "Nombres absents ou impossibles"),
            columns: [
                Column("id", tongue("Row", "Ligne"), .identifier),
                Column("user_id", tongue("User", "Utilisateur"), .identifier),
                Column("reason", tongue("Reason", "Raison")),
            ],
            rows: reading.irregular.map { row in
                [.text(row.id), row.userID.map { .text($0) } ?? .unknown, .text(row.reason)]
            })
    }

    private var unbalancedTable: Table {
        Table(
            tongue("Analyses not booked exactly once", "Analyses non comptabilisées une seule fois"),
            columns: [
                Column("id", tongue("Analysis", "Analyse"), .identifier),
                Column("user_id", tongue("User", "Utilisateur"), .identifier),
                Column("credits_charged", tongue("Charged", "Débités"), .decimal),
                Column("entries", tongue("Entries", "Écritures"), .count),
                Column("credits_booked", tongue("Booked", "Comptabilisés"), .decimal),
                Column("credits_corrected", tongue("Corrected", "Corrigés"), .decimal),
            ],
            rows: reading.unbalanced.map { row in
                [
                    .text(row.id), .text(row.userID), tongue.number(row.charged.flatMap { ExactDecimal($0) }),
                    .count(row.entries), tongue.number(row.booked.flatMap { ExactDecimal($0) }),
                    tongue.number(row.corrected.flatMap { ExactDecimal($0) }),
                ]
            })
    }

    private var unplacedTable: Table {
        Table(
            tongue("Bookings of no analysis of this period", "Écritures sans analyse dans cette période"),
            columns: [
                Column("reason", tongue("Reason", "Raison")), Column("entry", tongue("Entry", "Écriture")),
                Column("entries", tongue("Entries", "Écritures"), .count),
                Column("credits", tongue("Credits", "Crédits"), .decimal),
                Column("first_ids", tongue("First entries", "Premières écritures"), .identifier),
            ],
            rows: reading.unplaced.map { row in
                [
                    .text(row.reason), .text(row.entry), .count(row.entries),
                    tongue.number(ExactDecimal(row.credits)), .text(row.firstIDs),
                ]
            })
    }

    /// What was asked; the texts lie in files of their own.
    var queriesAsked: Section {
        Section(
            tongue("Queries", "Requêtes"),
            notes: [
                tongue(
                    "Each statement lies in the report as query-….sql, with the digest that is told at its end; query-functions.sql has the functions that they call.",
                    "Chaque requête est jointe au rapport (query-….sql), avec l’empreinte donnée à la fin ; query-functions.sql contient les fonctions appelées."
                )
            ],
            tables: [
                Table(
                    tongue("What was asked with", "Paramètres des requêtes"),
                    columns: [
                        Column("query", tongue("Query", "Requête")),
                        Column("parameters", tongue("Parameters", "Paramètres"), .identifier),
                    ],
                    rows: reading.parameters.map { [.text($0.name), .text($0.text)] })
            ])
    }
}

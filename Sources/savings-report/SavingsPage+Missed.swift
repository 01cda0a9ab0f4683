import Reports

/// What was missed, and why.
extension SavingsPage {
    var missed: Section {
        Section(
            tongue("What was missed", "Ce qui a été manqué"),
            notes: [
                tongue(
                    "Analyses that ran on the plan although the price list knows a price on an own key, and what they cost more. The recorded reason of a fallback decides; else what the history of the user's keys says of that moment.",
                    "Analyses passées sur le forfait alors que le tarif connaît un prix sur clé propre, et leur surcoût. La raison enregistrée du repli décide ; sinon l’historique des clés de l’utilisateur à ce moment."
                )
            ],
            tables: [
                Table(
                    tongue("Credits missed by cause", "Crédits manqués par cause"),
                    columns: [
                        Column("cause", tongue("Cause", "Cause")), Column("meaning", tongue("Meaning", "Sens")),
                        Column("users", tongue("Users", "Utilisateurs"), .count),
                        Column("analyses", tongue("Analyses", "Analyses"), .count),
                        Column("credits_missed", tongue("Credits missed", "Crédits manqués"), .decimal),
                        Column("not_known", tongue("Of unknown charge", "Au débit inconnu"), .count),
                    ],
                    rows: reading.causes.map { figures in
                        [
                            .text(figures.cause.rawValue), .text(meaning(figures.cause)), .count(figures.users),
                            .count(figures.analyses), tongue.number(figures.missed), .count(figures.notKnown),
                        ]
                    },
                    totals: [
                        .text(tongue("all", "toutes")), .text(""), .unknown,
                        .count(reading.causes.reduce(0) { $0 &+ $1.analyses }),
                        tongue.number(reading.tally.known(.missed)),
                        .count(reading.causes.reduce(0) { $0 &+ $1.notKnown }),
                    ])
            ],
            charts: [
                BarChart(
                    tongue("Credits missed", "Crédits manqués"), unit: tongue("credits", "crédits"),
                    bars: reading.causes.compactMap { figures in
                        figures.missed.map {
                            BarChart.Bar(
                                figures.cause.rawValue, $0.rounded, exact: tongue.digits($0.description))
                        }
                    })
            ])
    }

    private func meaning(_ cause: Cause) -> String {
        switch cause {
        case .keyRejected: tongue("the provider refused the key", "le fournisseur a refusé la clé")
        case .keyDisabled: tongue("the key was disabled", "la clé était désactivée")
        case .balanceEmpty: tongue("the user's account had no credit", "le compte de l’utilisateur était à sec")
        case .rateLimited: tongue("the provider limited the rate", "le fournisseur limitait le débit")
        case .providerOutage: tongue("the provider did not answer", "le fournisseur ne répondait pas")
        case .notChecked: tongue("the key was not checked yet", "la clé n’était pas encore vérifiée")
        case .userChoice:
            tongue("a usable key was there, the plan was used", "une clé utilisable existait, le forfait a servi")
        case .noKey: tongue("the user had no key for it", "l’utilisateur n’avait pas de clé pour cela")
        case .unknown:
            tongue("nothing was recorded, or the key was set aside", "rien n’a été enregistré, ou la clé était écartée")
        case .notEligible: tongue("no price on an own key is listed", "aucun prix sur clé propre n’est au tarif")
        }
    }

    var outages: Section {
        let more = reading.outageCount > reading.outages.count
        return Section(
            tongue("Keys that were disabled", "Clés désactivées"),
            notes: [
                tongue(
                    "As revalidate's history has it: hours within the period, and what analyses cost more meanwhile.",
                    "D’après l’historique de revalidate : heures dans la période, et surcoût des analyses pendant ce temps."
                )
            ]
                + (more
                    ? [
                        tongue(
                            "The \(reading.outages.count) that cost most of \(reading.outageCount); disabled-keys.csv has all.",
                            "Les \(reading.outages.count) plus coûteuses sur \(reading.outageCount) ; disabled-keys.csv les a toutes."
                        )
                    ]
                    : []),
            tables: [
                Table(
                    tongue("Disabled keys", "Clés désactivées, une à une"),
                    columns: [
                        Column("key_id", tongue("Key", "Clé"), .identifier),
                        Column("user_id", tongue("User", "Utilisateur"), .identifier),
                        Column("provider", tongue("Provider", "Fournisseur")),
                        Column("label", tongue("Label", "Libellé")),
                        Column("disabled_at", tongue("Disabled", "Désactivée"), .timestamp),
                        Column("mail_sent_at", tongue("Mail sent", "Courriel envoyé"), .timestamp),
                        Column("mended_at", tongue("Ended", "Fin"), .timestamp),
                        Column("ended_by", tongue("How", "Comment")),
                        Column("hours", tongue("Hours", "Heures"), .decimal),
                        Column("analyses", tongue("Analyses", "Analyses"), .count),
                        Column("credits_missed", tongue("Missed", "Manqués"), .decimal),
                    ],
                    rows: reading.outages.map(row))
            ])
    }

    private func row(_ outage: OutageFigures) -> [Cell] {
        [
            .text(outage.keyID), .text(outage.userID), .text(outage.provider),
            outage.label.map { .text($0) } ?? .unknown,
            .timestamp(outage.disabledAt), mail(outage), outage.endedAt.map { .timestamp($0) } ?? .absent("–"),
            outage.endedBy.map { .text($0) } ?? .absent("–"), tongue.number(outage.hours), .count(outage.analyses),
            tongue.number(outage.missed),
        ]
    }

    private func mail(_ outage: OutageFigures) -> Cell {
        if let sent = outage.mailSentAt { return .timestamp(sent) }
        return .absent(outage.mail ?? tongue("none on record", "aucun enregistré"))
    }
}

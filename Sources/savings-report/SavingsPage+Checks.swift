import Reports

/// What was checked, and what was counted twice.
extension SavingsPage {
    var checks: [Check] {
        let tally = reading.tally
        let irregular = reading.irregularRows
        let differing = tongue("\(tally.unbalanced) users differ", "\(tally.unbalanced) utilisateurs diffèrent")
        var checks = [
            Check(
                tongue(
                    "Users, analyses and ledger add up to the same", "Utilisateurs, analyses et grand livre concordent"),
                isBroken ? .fail : .pass),
            Check(
                tongue(
                    "Every charged analysis was booked exactly once",
                    "Chaque analyse débitée est comptabilisée une fois"),
                tally.unbalanced == 0 && bookedAgain == 0 ? .pass : .fail,
                detail: bookedAgain == 0
                    ? differing
                    : differing
                        + tongue(
                            ", \(bookedAgain) charges of other periods came again",
                            ", \(bookedAgain) débits d’autres périodes répétés")),
            Check(
                tongue("Every booking has its analysis", "Chaque écriture a son analyse"),
                withoutAnalysis == 0 ? .pass : .notDecided,
                detail: tongue("\(withoutAnalysis) have none", "\(withoutAnalysis) n’en ont pas")),
            Check(
                tongue("No row was set aside", "Aucune ligne n’a été écartée"), irregular == 0 ? .pass : .fail,
                detail: tongue("\(irregular) rows", "\(irregular) lignes")),
        ]
        if !isOver {
            checks.append(
                Check(
                    tongue("The period is over", "La période est terminée"), .notDecided,
                    detail: tongue("these figures will change", "ces chiffres changeront")))
        }
        for verdict in claimVerdicts {
            checks.append(
                Check(tongue("Claim: ", "Promesse : ") + verdict.claim.text, verdict.status, detail: words(verdict)))
        }
        return checks
    }

    var tieOuts: [TieOut] {
        let (tally, ledger) = (reading.tally, reading.ledger)
        let users = tongue("users", "utilisateurs")
        let book = tongue("ledger", "grand livre")
        let unplaced = ledger?.unplaced ?? .zero
        var tieOuts = [
            TieOut(
                tongue("Analyses", "Analyses"), left: Fact(users, .count(tally.count(.analyses))),
                right: Fact(
                    tongue("counted by themselves", "comptées à part"), ledger.map { .count($0.analyses) } ?? .unknown)),
            TieOut(
                tongue("Analyses by kind", "Analyses par genre"), left: Fact(users, .count(tally.count(.analyses))),
                right: Fact(tongue("lines", "lignes"), .count(reading.analyses))),
            TieOut(
                tongue("Credits charged", "Crédits débités"), left: Fact(users, tongue.number(tally.sum(.charged))),
                right: Fact("analyses", tongue.number(reading.charged))),
            TieOut(
                tongue("Credits at list price", "Crédits au prix catalogue"),
                left: Fact(
                    tongue("users and set aside", "utilisateurs et écartées"),
                    tongue.number(tally.sum(.list).adding(ledger?.listAside ?? .zero))),
                right: Fact(tongue("summed by themselves", "additionnées à part"), tongue.number(ledger?.list ?? .zero))
            ),
            TieOut(
                tongue("Credits not charged", "Crédits non débités"),
                left: Fact(
                    tongue("users and set aside", "utilisateurs et écartées"),
                    tongue.number(tally.sum(.saved).adding(ledger?.listAside ?? .zero)?.subtracting(chargedAside))),
                right: Fact(
                    tongue("summed by themselves", "additionnées à part"),
                    tongue.number((ledger?.list ?? .zero).subtracting(ledger?.chargedOfAnalyses ?? .zero)))),
            TieOut(
                tongue("Credits booked for them", "Crédits comptabilisés pour elles"),
                left: Fact(users, tongue.number(tally.sum(.booked))),
                right: Fact(book, tongue.number(ledger?.booked ?? .zero))),
            TieOut(
                tongue("Analyses by mode", "Analyses par mode"),
                left: Fact(
                    tongue("own key, plan, fallback", "clé propre, forfait, repli"),
                    .count(tally.count(.ownKey) &+ tally.count(.plan) &+ tally.count(.fallback))),
                right: Fact(users, .count(tally.count(.analyses)))),
        ]
        if queries.creditPrice != nil { tieOuts += focusTieOuts + [billTieOut, billCountTieOut] }
        // A booking without an analysis belongs to nobody's statement.
        guard !isStatement else { return tieOuts }
        tieOuts.append(
            TieOut(
                tongue("Users", "Utilisateurs"),
                left: Fact(
                    tongue("with a rate, and left out", "avec un taux, et écartés des moyennes"),
                    .count(reading.rates.map { $0.rated.users &+ $0.leftOut.values.reduce(0, &+) } ?? 0)),
                right: Fact(users, .count(tally.users))))
        tieOuts.append(
            TieOut(
                tongue("Charges of the ledger in the period", "Débits du grand livre dans la période"),
                left: Fact(
                    tongue(
                        "users', and elsewhere's", "des utilisateurs, et d’ailleurs"),
                    tongue.number(
                        tally.sum(.booked).subtracting(tally.sum(.bookedOutside))?.adding(chargedElsewhere))),
                right: Fact(book, tongue.number(ledger?.charged ?? .zero))))
        tieOuts.append(
            TieOut(
                tongue("Credits returned", "Crédits rendus"),
                left: Fact(
                    tongue("users and nobody's", "utilisateurs et sans utilisateur"),
                    tongue.number(tally.sum(.refunded).adding(tally.sum(.corrected))?.adding(returnedToNobody))),
                right: Fact(book, tongue.number((ledger?.refunded ?? .zero).adding(ledger?.corrected ?? .zero)))))
        tieOuts.append(
            TieOut(
                tongue(
                    "Charges booked in the period that belong elsewhere", "Débits de la période qui relèvent d’ailleurs"
                ),
                left: Fact(tongue("named one by one", "nommés un à un"), tongue.number(chargedElsewhere)),
                right: Fact(book, tongue.number(unplaced))))
        return tieOuts
    }

    private var billTieOut: TieOut {
        let bills = reading.bills
        return TieOut(
            tongue("Bills of providers", "Factures des fournisseurs"),
            left: Fact(
                tongue(
                    "users, and \(bills?.leftOver ?? 0) bills without analyses",
                    "utilisateurs, et \(bills?.leftOver ?? 0) factures sans analyses"),
                tongue.number(reading.tally.sum(.billed).adding(bills?.amountLeftOver ?? .zero))),
            right: Fact(tongue("bills", "factures"), tongue.number(bills?.amount ?? .zero)))
    }

    private var billCountTieOut: TieOut {
        TieOut(
            tongue("Number of bills", "Nombre de factures"),
            left: Fact(tongue("listed", "de la liste"), .count(reading.billRows.first?.allRows ?? 0)),
            right: Fact(tongue("bills", "factures"), .count(reading.bills?.bills ?? 0)))
    }

    private var focusTieOuts: [TieOut] {
        [
            TieOut(
                tongue("Analyses in the FOCUS file", "Analyses du fichier FOCUS"),
                left: Fact(
                    tongue("FOCUS and set aside", "FOCUS et écartées"),
                    .count(reading.focusAnalyses &+ reading.irregularAnalyses)),
                right: Fact(tongue("lines", "lignes"), .count(reading.analyses))),
            TieOut(
                tongue("Credits in the FOCUS file", "Crédits du fichier FOCUS"),
                left: Fact("FOCUS", tongue.number(reading.focusCharged)),
                right: Fact(tongue("lines, none set aside", "lignes, sans les écartées"), tongue.number(reading.rated))),
        ]
    }

    private var chargedAside: ExactDecimal { reading.ledger?.chargedAside ?? .zero }

    private var returnedToNobody: ExactDecimal {
        sum(reading.unplaced.filter { $0.entry != "charge" }.map(\.credits))
    }

    private var chargedElsewhere: ExactDecimal {
        sum(reading.unplaced.filter { $0.entry == "charge" }.map(\.credits))
    }

    private func sum(_ numbers: [String]) -> ExactDecimal {
        numbers.reduce(.zero) { sum, text in ExactDecimal(text).flatMap(sum.adding) ?? sum }
    }
}

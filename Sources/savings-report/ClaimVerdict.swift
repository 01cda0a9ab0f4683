import Reports

/// Whether a claim holds: attainable at the listed prices, and reached by what was measured.
struct ClaimVerdict: Sendable {
    enum Finding: Sendable {
        case holds
        /// No listed price gives so much: nobody can reach it.
        case unattainable
        case notReached
        /// No price on an own key is listed, or nobody had analyses of this kind.
        case undecided
    }

    let claim: Claim
    let figures: ClaimFigures
    let finding: Finding

    init(_ claim: Claim, _ figures: ClaimFigures) {
        self.claim = claim
        self.figures = figures
        finding = Self.finding(claim, figures)
    }

    private static func finding(_ claim: Claim, _ figures: ClaimFigures) -> Finding {
        guard let isAttainable = figures.isAttainable else { return .undecided }
        if !isAttainable { return .unattainable }
        guard figures.users > 0 else { return .undecided }
        let isReached: Bool? =
            switch claim.basis {
            case .average: figures.isMeasured
            case .price: figures.isMeasuredOnOwnKeys
            case .upTo:
                figures.measured.map { _ in
                    Self.isReached(by: figures.reached, of: figures.users, claim.minimumShare)
                }
            }
        return isReached.map { $0 ? .holds : .notReached } ?? .undecided
    }

    /// Whether `reached` are at least that percentage of `users`, without a division.
    private static func isReached(by reached: Int, of users: Int, _ share: ExactDecimal) -> Bool {
        guard let left = ExactDecimal("\(reached)00"), let needed = share.times(users) else { return false }
        return left >= needed
    }

    var status: CheckStatus {
        switch finding {
        case .holds: .pass
        case .unattainable, .notReached: .fail
        case .undecided: .notDecided
        }
    }
}

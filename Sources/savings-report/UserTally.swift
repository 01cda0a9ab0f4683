import Batch

/// What the users add up to, summed here while they pass by: to be compared with what the database sums by itself.
struct UserTally: Sendable, Equatable {
    private(set) var users = 0
    private(set) var usersWithKey = 0
    /// Users whose analyses are not each booked exactly once.
    private(set) var unbalanced = 0
    private(set) var counts: [UserColumn: Int] = [:]
    private(set) var sums: [UserColumn: ExactDecimal] = [:]
    /// Users whose provider's bill is known.
    private(set) var usersWithCost = 0

    private static let counted: [UserColumn] = [
        .analyses, .eligible, .ownKey, .plan, .fallback, .unpriced, .costed, .refunds, .corrections, .irregular,
    ]
    private static let summed: [UserColumn] = [
        .list, .charged, .saved, .missed, .hoursDisabled, .cost, .net, .refunded, .corrected, .ofEarlierPeriods,
        .booked,
    ]

    mutating func add(_ line: UserLine) throws(JobFailure) {
        users &+= 1
        if line.isTrue(.hasKey) { usersWithKey &+= 1 }
        if !line.isTrue(.balanced) { unbalanced &+= 1 }
        if !line[.cost].isEmpty { usersWithCost &+= 1 }
        for column in Self.counted { counts[column, default: 0] &+= try line.count(column) }
        for column in Self.summed {
            guard let number = try line.decimal(column) else { continue }
            guard let sum = (sums[column] ?? .zero).adding(number) else { throw PartFields.unreadable }
            sums[column] = sum
        }
    }

    func count(_ column: UserColumn) -> Int { counts[column] ?? 0 }
    func sum(_ column: UserColumn) -> ExactDecimal { sums[column] ?? .zero }
}

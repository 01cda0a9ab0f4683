import Batch
import FoundationEssentials

/// What the users add up to, summed here while they pass by: to be compared with what the database sums by itself.
struct UserTally: Sendable, Equatable {
    private(set) var usersWithAnalyses = 0
    /// Of whom only something given back is known.
    private(set) var usersWithReturnsOnly = 0
    private(set) var usersWithKey = 0
    /// Users whose analyses are not each booked exactly once.
    private(set) var unbalanced = 0
    /// The first of them.
    private(set) var unbalancedUsers: [UUID] = []
    /// Users with analyses on their own keys whose net is not known.
    private(set) var usersWithoutNet = 0
    private var counts = [Int](repeating: 0, count: Self.counted.count)
    private var sums = [ExactDecimal](repeating: .zero, count: Self.summed.count)
    /// Of how many users the number was told, and of how many it is not known.
    private var told = [Int](repeating: 0, count: Self.summed.count)
    private var untold = [Int](repeating: 0, count: Self.summed.count)

    /// As many as rows are named.
    private static let mostUnbalanced = 100

    private static let counted: [UserColumn.Place] = [
        .analyses, .eligible, .ownKey, .plan, .fallback, .unpriced, .metered, .costed, .billedAnalyses, .refunds,
        .corrections, .irregular, .missedNotKnown,
    ].map(UserColumn.Place.init)
    private static let summed: [UserColumn.Place] = [
        .list, .charged, .saved, .missed, .hoursDisabled, .billed, .estimated, .cost, .net, .refunded, .corrected,
        .ofEarlierPeriods, .booked, .bookedOutside, .bookedUnpriced,
    ].map(UserColumn.Place.init)

    private static let (userID, analyses, ownKey) = (
        UserColumn.userID.position, UserColumn.analyses.position, UserColumn.ownKey.position
    )
    private static let (hasKey, balanced, net) = (
        UserColumn.hasKey.position, UserColumn.balanced.position, UserColumn.net.position
    )

    mutating func add(_ line: UserLine) throws(JobFailure) {
        try sort(line)
        for (index, place) in Self.counted.enumerated() { counts[index] &+= try line.count(at: place.position) }
        for (index, place) in Self.summed.enumerated() {
            guard let number = try line.decimal(at: place.position) else {
                untold[index] &+= 1
                continue
            }
            told[index] &+= 1
            guard let sum = sums[index].adding(number) else { throw PartFields.unreadable }
            sums[index] = sum
        }
    }

    private mutating func sort(_ line: UserLine) throws(JobFailure) {
        if line.isZero(at: Self.analyses) { usersWithReturnsOnly &+= 1 } else { usersWithAnalyses &+= 1 }
        if line.isTrue(at: Self.hasKey) { usersWithKey &+= 1 }
        if !line.isZero(at: Self.ownKey), line.field(Self.net).isEmpty { usersWithoutNet &+= 1 }
        guard !line.isTrue(at: Self.balanced) else { return }
        unbalanced &+= 1
        guard unbalancedUsers.count < Self.mostUnbalanced else { return }
        guard let id = UUID(uuidString: String(decoding: line.field(Self.userID), as: UTF8.self)) else {
            throw PartFields.unreadable
        }
        unbalancedUsers.append(id)
    }

    var users: Int { usersWithAnalyses &+ usersWithReturnsOnly }

    func count(_ column: UserColumn) -> Int {
        Self.counted.firstIndex { $0.column == column }.map { counts[$0] } ?? 0
    }

    func sum(_ column: UserColumn) -> ExactDecimal {
        Self.summed.firstIndex { $0.column == column }.map { sums[$0] } ?? .zero
    }

    /// The sum of what is known; nil where there are users and of none it is.
    func known(_ column: UserColumn) -> ExactDecimal? {
        guard let index = Self.summed.firstIndex(where: { $0.column == column }) else { return nil }
        return told[index] == 0 && untold[index] > 0 ? nil : sums[index]
    }
}

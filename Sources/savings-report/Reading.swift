import Reports
import System

/// Everything that one snapshot of the database told, but for what was streamed into files.
struct Reading: Sendable {
    struct Price: Sendable, Equatable {
        let kind, provider: String
        /// Nil where it is not known, as where it is no number.
        let list: String?
        let ownKey, rate, breakEven, breakEvenMoney: String?
        let validFrom, validUntil: Timestamp?
        /// How long the whole list is, and how many of it are no numbers.
        let allRows, irregularRows: Int
    }

    /// What a provider charges for a million tokens.
    struct TokenPrice: Sendable, Equatable {
        let provider, model: String
        let input, output: String?
        let source: String
        let validFrom, validUntil: Timestamp?
        let allRows, irregularRows: Int
    }

    /// What a provider billed a user for a month, and where somebody read it.
    struct Bill: Sendable, Equatable {
        let month, provider, userID, amount, source: String
        let allRows: Int
    }

    struct Irregularity: Sendable, Equatable {
        let id: String
        let userID: String?
        let reason: String
    }

    struct Unbalanced: Sendable, Equatable {
        let id, userID: String
        let charged: String?
        let entries: Int
        let booked, corrected: String?
    }

    struct Unplaced: Sendable, Equatable {
        let reason, entry: String
        let entries: Int
        let credits: String
        let firstIDs: String
    }

    /// Rows kept for the page; files have them all.
    static let mostRows = 200

    /// Of the analyses, counted by kind and not by user.
    var analyses = 0
    var irregularAnalyses = 0
    var charged = ExactDecimal.zero
    /// The same without what is set aside.
    var rated = ExactDecimal.zero
    /// What the FOCUS file has of them.
    var focusAnalyses = 0
    var focusCharged = ExactDecimal.zero
    var firstAt: Timestamp?
    var lastAt: Timestamp?
    var tally = UserTally()
    var lines: [LineFigures] = []
    var lineCount = 0
    var months: [MonthFigures] = []
    var leaders: [LeaderFigures] = []
    var causes: [CauseFigures] = []
    var outages: [OutageFigures] = []
    var outageCount = 0
    var claims: [ClaimFigures] = []
    var rates: RateFigures?
    var ledger: LedgerFigures?
    var bills: BillFigures?
    var billRows: [Bill] = []
    var prices: [Price] = []
    var priceCount = 0
    var tokenPrices: [TokenPrice] = []
    var parameters: [(name: String, text: String)] = []
    var irregular: [Irregularity] = []
    var unbalanced: [Unbalanced] = []
    var unplaced: [Unplaced] = []
    var provenance: [Provenance] = []
    /// SHA-256 of every row that was read, in hexadecimal.
    var digest = ""
    var files: [Manifest.File] = []
}

/// What the lines of one month add up to.
struct MonthFigures: Sendable, Equatable {
    let month: Timestamp
    var analyses = 0
    var list = ExactDecimal.zero
    var charged = ExactDecimal.zero
    var saved = ExactDecimal.zero
}

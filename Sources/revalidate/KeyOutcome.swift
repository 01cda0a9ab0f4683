/// What became of a key that a run took up: exactly one of these.
enum KeyOutcome: String, CaseIterable, Codable, Hashable, Sendable {
    case valid, restricted, exhausted
    /// Refused once; usable still.
    case suspected
    /// Refused twice, far enough apart; its user is told.
    case disabled
    /// Refused, but the strike is held back: by the guard against mass refusals, or because no other key of the
    /// provider proves that it is sound.
    case held
    case transient, unknown
    /// Replaced, disabled or quarantined by somebody else while it was being asked.
    case changed
    case deleted
    case quarantined
    /// Not asked, or asked in vain: the run stopped, or the provider could not be decided. Due again at once.
    case returned

    /// Whether the database records it: a returned key leaves no trace there.
    var isRecorded: Bool { self != .returned }
}

/// What an answer says about a key. Only `refused` counts against it.
public enum Verdict: String, CaseIterable, Codable, Hashable, Sendable {
    case valid
    case refused
    /// It authenticates, with limits that its owner can lift.
    case restricted
    /// It authenticates, without credit.
    case exhausted
    /// The answer speaks of the moment or of our network, not of the key.
    case transient
    /// Nobody has described this answer: the key is kept.
    case unknown
}

/// How far apart two refusals must be before they disable.
public enum Confirmation: String, CaseIterable, Codable, Hashable, Sendable {
    /// 24 hours unless set otherwise.
    case standard
    /// 168 hours: the same answer is also given to working keys.
    case slow
}

/// Whether the key that an answer quotes, masked or whole, is the key that was asked about.
public enum KeyEcho: String, CaseIterable, Codable, Hashable, Sendable {
    case matches, differs, none
}

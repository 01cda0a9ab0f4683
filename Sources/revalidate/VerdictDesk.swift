/// Where lanes hand in what they found. The settler writes it down; the forecast of a dry run only says what
/// would come of it.
protocol VerdictDesk: Sendable {
    /// May wait until there is room.
    func take(_ look: Look) async

    /// Sets aside a row that cannot be used; `reason` is a plain code.
    func quarantine(_ key: DueKey, _ reason: String) async

    func store(_ fingerprint: StoredFingerprint) async
}

/// What `byok.settle_checks` goes by, for whoever has to explain it.
enum StrikeRule {
    /// A second strike waits so long after the first one for another key of the provider that works.
    static let longestWaitForWitness: Duration = .seconds(7 * 86_400)
}

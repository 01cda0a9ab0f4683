extension KeyShape {
    /// A well-formed key of this form that nobody was given: the same bytes for the same seed.
    public func decoy(seed: UInt64) -> [UInt8] {
        var sequence = SplitMix64(state: seed)
        return parts.flatMap { part in
            switch part {
            case .literal(let text): Array(text.utf8)
            case .secret(let alphabet, let lengths):
                (0..<lengths.lowerBound).map { _ in
                    let characters = alphabet.characters
                    return characters[Int(sequence.next() % UInt64(characters.count))]
                }
            }
        }
    }
}

extension Provider {
    /// The form in which this provider issues keys now.
    public var currentShape: KeyShape {
        let own = KeyShape.known.filter { $0.provider == self }
        return own.first { $0.name == "openai-project-74" } ?? own[0]
    }

    /// Fit for the control group, tests and the simulator; it opens nothing.
    public func decoyKey(seed: UInt64) -> [UInt8] { currentShape.decoy(seed: seed) }
}

private struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

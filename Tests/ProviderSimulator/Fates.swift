/// What the simulated provider says about a made-up key.
enum Fate {
    case works, dead, restricted, exhausted
    /// Fails a few times on the provider's side, then works.
    case flaky
}

/// How many of each hundred keys of a provider meet which fate.
struct Fates {
    private let bounds: [(percent: Int, fate: Fate)]

    init(_ dead: Int = 0, _ exhausted: Int = 0, _ restricted: Int = 0, _ flaky: Int = 0) {
        bounds = [(dead, .dead), (exhausted, .exhausted), (restricted, .restricted), (flaky, .flaky)]
    }

    var isPossible: Bool {
        bounds.allSatisfy { (0...100).contains($0.percent) } && bounds.map(\.percent).reduce(0, +) <= 100
    }

    /// By the place among the provider's keys: exact in each hundred and spread over it, as in normal life.
    subscript(place: Int) -> Fate {
        // 37 has no factor in common with 100: each hundred places in a row take all numbers once, far apart.
        var number = (place % 100 * 37 + 63) % 100
        for (percent, fate) in bounds {
            if number < percent { return fate }
            number -= percent
        }
        return .works
    }
}

import Providers

/// A log with leaks planted in it, each of them known.
public struct Corpus: Sendable {
    public struct Leak: Sendable {
        public let kind: LeakKind
        public let key: MadeUpKey
        /// The number among ``Corpus/storedKeys``, or nil for a key that is not stored.
        public let stored: Int?
        /// The lines that hold it.
        public let range: Range<Int>
        public let isPromised: Bool
    }

    public private(set) var bytes: [UInt8] = []
    public private(set) var leaks: [Leak] = []
    public private(set) var storedKeys: [MadeUpKey] = []
    private var random: CorpusRandom

    /// Every leak kind for every provider, `leaksAKind` times; some in five of the keys are not stored.
    public init(seed: UInt64, leaksAKind: Int, byteCount: Int) {
        random = CorpusRandom(seed: seed)
        var planned = LeakKind.allCases.flatMap { kind in
            Provider.allCases.flatMap { provider in Array(repeating: (kind, provider), count: leaksAKind) }
        }
        planned.shuffle(using: &random)
        bytes.reserveCapacity(byteCount + 1_000_000)
        for (index, plan) in planned.enumerated() {
            plant(plan.0, plan.1)
            let target = byteCount / planned.count * (index + 1)
            repeat { fill() } while bytes.count < target
        }
    }

    /// Leak-free text only.
    public init(cleanSeed: UInt64, byteCount: Int) {
        random = CorpusRandom(seed: cleanSeed)
        bytes.reserveCapacity(byteCount + 10_000)
        while bytes.count < byteCount { fill() }
    }

    private mutating func plant(_ kind: LeakKind, _ provider: Provider) {
        let key = MadeUpKey(provider, &random)
        var stored: Int?
        if random.below(5) > 0 {
            stored = storedKeys.count
            storedKeys.append(key)
        }
        let start = bytes.count
        bytes += kind.lines(key, &random)
        leaks.append(
            Leak(
                kind: kind, key: key, stored: stored, range: start..<bytes.count,
                isPromised: kind.isPromised(key, isStored: stored != nil)))
    }

    private mutating func fill() {
        bytes += Array(OrdinaryLine.next(&random).utf8)
        bytes.append(UInt8(ascii: "\n"))
        if random.below(48) == 0 {
            bytes += Array(random.pick(HarmlessKind.allCases).line(&random).utf8)
            bytes.append(UInt8(ascii: "\n"))
        }
    }
}

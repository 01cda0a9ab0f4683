/// Where in a body the secret lies, and how much of it. Holds positions only, no characters.
///
/// A body is a key without its public prefix. Markers, fixed tails and version digits
/// are simply not in any range.
public struct BodyShape: Equatable, Sendable {
    /// The longest body that is fingerprinted; real ones stay below 165.
    public static let maximumLength = 1_024
    /// What a window must be worth, in thousandths of a bit.
    public static let requiredMillibits = 90_000

    public let kind: FragmentKind
    public let secretRanges: [SecretRange]

    public init(kind: FragmentKind, secretRanges: [SecretRange]) {
        self.kind = kind
        self.secretRanges = secretRanges
    }

    /// Sums from the start: the worth of `a..<b` is `sums[b] - sums[a]`. A position that
    /// several ranges claim is worth the least of what they say.
    func millibitSums(length: Int) -> [Int] {
        var worth = [Int?](repeating: nil, count: length)
        for secret in secretRanges {
            for position in secret.range.clamped(to: 0..<length) {
                worth[position] = min(worth[position] ?? Int.max, secret.millibits)
            }
        }
        var sums = [0]
        for value in worth { sums.append(sums[sums.count &- 1] &+ (value ?? 0)) }
        return sums
    }
}

/// Consecutive characters of a body that are each as hard to guess.
public struct SecretRange: Equatable, Sendable {
    /// Thousandths of a bit a character, rounded down: log2 of 64, 62, 16.
    public static let base64URL = 6_000
    public static let base62 = 5_954
    public static let hexadecimal = 4_000

    public let range: Range<Int>
    /// 0 to 6,000.
    public let millibits: Int

    public init(_ range: Range<Int>, millibits: Int) {
        self.range = range
        self.millibits = min(max(millibits, 0), Self.base64URL)
    }
}

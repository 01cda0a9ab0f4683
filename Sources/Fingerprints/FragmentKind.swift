/// The two alphabets that fragments are promised for, with their lengths in characters.
public enum FragmentKind: CaseIterable, Sendable {
    /// `A-Z a-z 0-9 _ -`: every provider but those that issue hexadecimal keys.
    case text
    /// `0-9 a-f`.
    case hexadecimal

    /// How many consecutive characters of a body are promised to be found.
    public var fragmentLength: Int {
        switch self {
        case .text: 20
        case .hexadecimal: 24
        }
    }

    /// How many characters one stored value stands for.
    public var windowLength: Int {
        switch self {
        case .text: 16
        case .hexadecimal: 24
        }
    }

    /// What keeps the derived keys apart; a change here changes every stored window.
    var keyDerivationInfo: StaticString {
        switch self {
        case .text: "byok/fingerprint/v1/text/16"
        case .hexadecimal: "byok/fingerprint/v1/hexadecimal/24"
        }
    }

    func contains(_ character: UInt8) -> Bool {
        switch (self, character) {
        case (_, UInt8(ascii: "0")...UInt8(ascii: "9")), (_, UInt8(ascii: "a")...UInt8(ascii: "f")): true
        case (.text, UInt8(ascii: "g")...UInt8(ascii: "z")), (.text, UInt8(ascii: "A")...UInt8(ascii: "Z")): true
        case (.text, UInt8(ascii: "_")), (.text, UInt8(ascii: "-")): true
        default: false
        }
    }
}

import Providers
import Secrets

/// A label is shown in lists, mails and reports, so it must not carry a piece of its key.
enum LabelRule {
    /// As few characters in a row as may be shown of a key nowhere.
    static let pieceLength = 8

    /// Whether both have as many characters in a row in common, what stands in front of the key's secret part left out.
    static func holdsPiece(_ label: String, of key: borrowing SecretBytes, at provider: Provider) -> Bool {
        let label = Array(label.utf8)
        guard label.count >= pieceLength else { return false }
        let start = provider.anatomy(of: key).segments.first?.range.lowerBound ?? 0
        return key.withBytes { key in
            guard key.count - start >= pieceLength else { return false }
            for first in 0...(label.count - pieceLength) {
                for offset in start...(key.count - pieceLength) {
                    var length = 0
                    while length < pieceLength, label[first + length] == key[offset + length] { length += 1 }
                    if length == pieceLength { return true }
                }
            }
            return false
        }
    }
}

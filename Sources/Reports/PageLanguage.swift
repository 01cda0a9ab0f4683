/// The language of what every page has: headings, columns, statuses.
public enum PageLanguage: Sendable, CaseIterable {
    case english, french

    var words: PageWords {
        switch self {
        case .english: .english
        case .french: .french
        }
    }
}

/// What a rule demands of an answer. All that matters to a rule is written with these.
indirect enum Condition: Sendable {
    case always
    case status(ClosedRange<Int>)
    case statuses(Set<Int>)
    case header(String, equals: String)
    case isHTML
    /// A whole JSON text; one whose end was not read is none.
    case isJSON
    case opensList
    case field(String, is: Shape)
    /// The text at a path is one of these, to the letter.
    case text(String, isOneOf: Set<String>)
    /// The text at a path contains one of these phrases, whatever the case of its letters.
    case phrase(String, anyOf: [String])
    /// The text at a path contains this as a word of its own.
    case word(String, String)
    /// A reason in the `details` of a Google error.
    case reason(Set<String>)
    case echo(KeyEcho)
    case keyStarts(with: String)
    case all([Condition])
    case any([Condition])
    case not(Condition)

    enum Shape: Sendable { case array, bool(Bool), text }

    static func status(_ status: Int) -> Condition { .status(status...status) }
}

/// An answer prepared for the rules, which look at it many times.
struct Evidence {
    let answer: Answer
    let json: JSONValue?
    let echo: KeyEcho
    let keyHead: [UInt8]

    func text(_ path: String) -> String? { value(path)?.text }

    private func value(_ path: String) -> JSONValue? { json?[path.split(separator: ".").map(String.init)] }

    var reasons: Set<String> {
        let details = json?[["error", "details"]]?.elements ?? []
        return Set(details.compactMap { $0[["reason"]]?.text })
    }

    func meets(_ condition: Condition) -> Bool {
        switch condition {
        case .always: true
        case .status(let range): range.contains(answer.status)
        case .statuses(let set): set.contains(answer.status)
        case .header(let name, let value): answer.header(name)?.lowercased() == value
        case .isHTML: answer.isHTML
        case .isJSON: json != nil
        case .opensList: answer.opensList
        case .field(let path, let shape): has(shape, at: path)
        case .text(let path, let allowed): text(path).map(allowed.contains) ?? false
        case .phrase(let path, let phrases): contains(phrases, at: path)
        case .word(let path, let word): contains(word: word, at: path)
        case .reason(let wanted): !reasons.isDisjoint(with: wanted)
        case .echo(let wanted): echo == wanted
        case .keyStarts(let prefix): keyHead.starts(with: Array(prefix.utf8))
        case .all(let conditions): conditions.allSatisfy(meets)
        case .any(let conditions): conditions.contains(where: meets)
        case .not(let condition): !meets(condition)
        }
    }

    private func has(_ shape: Condition.Shape, at path: String) -> Bool {
        guard let value = value(path) else { return false }
        return switch shape {
        case .array: value.isArray
        case .text: value.text != nil
        case .bool(let wanted): value.bool == wanted
        }
    }

    private func contains(_ phrases: [String], at path: String) -> Bool {
        guard let text = text(path)?.lowercased() else { return false }
        return phrases.contains { text.contains($0.lowercased()) }
    }

    private func contains(word: String, at path: String) -> Bool {
        let words = text(path)?.lowercased().split { !$0.isLetter && !$0.isNumber } ?? []
        return words.contains(Substring(word))
    }
}

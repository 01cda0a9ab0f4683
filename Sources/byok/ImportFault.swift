import Batch

/// The fields of one line of an import.
enum ImportField: String, CaseIterable, Loggable {
    case id
    case userID = "user_id"
    case provider
    case label
    case key

    static let required: [ImportField] = [.userID, .provider, .label, .key]
}

/// Why a line is not imported. Never what it holds.
struct ImportFault: Error, Equatable {
    enum Reason: String, CaseIterable, Loggable {
        case lineTooLong = "the line is too long"
        case notUTF8 = "not UTF-8"
        case notJSON = "not JSON"
        case notAnObject = "not a JSON object"
        case unknownField = "has an unknown field"
        case duplicateField = "stands there twice"
        case missingField = "is missing"
        case wrongType = "is not a string"
        case badUUID = "is not a UUID"
        case unknownProvider = "is none of the six providers"
        case tooShort = "is too short"
        case tooLong = "is too long"
        case badCharacter = "has a character that it cannot have"
        case otherProvidersKey = "is another provider's key"
        case notAnAPIKey = "is an admin key, or a token of a log-in"
        case takenID = "belongs to another key"
        case holdsKeyPiece = "holds a piece of the key"
    }

    let reason: Reason
    let field: ImportField?

    init(_ reason: Reason, _ field: ImportField? = nil) {
        self.reason = reason
        self.field = field
    }

    var message: LogMessage {
        guard let field else { return "\(reason)" }
        return "\(field, as: "field") \(reason, as: "reason")"
    }
}

/// Text that may be shown to anyone: literals, and values whose type is `Loggable`. A `String` is refused by the compiler.
///
/// `"checked \(count, as: "keys") keys"` also puts the value into the line's fields, under the name given.
public struct LogMessage: Sendable, ExpressibleByStringInterpolation {
    public let text: String
    public let fields: [LogField]

    public init(stringLiteral literal: StaticString) {
        text = literal.description
        fields = []
    }

    public init(stringInterpolation: Interpolation) {
        text = stringInterpolation.text
        fields = stringInterpolation.fields
    }

    public struct Interpolation: StringInterpolationProtocol {
        public typealias StringLiteralType = StaticString
        var text = ""
        var fields: [LogField] = []

        public init(literalCapacity: Int, interpolationCount: Int) {}

        public mutating func appendLiteral(_ literal: StaticString) {
            text += literal.description
        }

        public mutating func appendInterpolation(_ value: some Loggable) {
            text += value.logged.text
        }

        public mutating func appendInterpolation(_ value: some Loggable, as name: StaticString) {
            text += value.logged.text
            fields.append(LogField(name: name, value: value.logged))
        }

        /// One message inside another.
        public mutating func appendInterpolation(_ message: LogMessage) {
            text += message.text
            fields += message.fields
        }
    }
}

public struct LogField: Sendable, Equatable {
    let name: String
    let value: LogValue

    public init(name: StaticString, value: LogValue) {
        self.name = name.description
        self.value = value
    }
}

import Batch
import FoundationEssentials
import Providers

/// Flags that name a user, a provider, a label or a key; a bad one is named and never repeated.
enum KeyFlags {
    static func uuid(_ text: String, _ flag: StaticString) throws(JobFailure) -> UUID {
        if let uuid = UUID(strict: Array(text.utf8).span) { return uuid }
        throw JobFailure(
            .usage, "\(flag) is malformed; expected a UUID", next: "byok keys list shows users' and keys' ids")
    }

    static func provider(_ text: String) throws(JobFailure) -> Provider {
        if let provider = Provider(rawValue: text) { return provider }
        throw JobFailure(
            .usage, "--provider is malformed; expected anthropic, openai, google, deepseek, mistral or groq",
            next: "name one of them")
    }

    static func label(_ text: String) throws(JobFailure) -> String {
        if text.unicodeScalars.count <= ImportLine.longestLabel { return text }
        throw JobFailure(
            .usage, "--label is too long; expected at most 100 characters", next: "choose a shorter one")
    }
}

internal import CLinux
internal import Glibc

/// Values of variables that are not secret, read once and by name: nothing is taken in that was not asked for.
public struct EnvironmentVariables: Sendable {
    private let values: [String: String]

    public init(_ values: [String: String]) {
        self.values = values
    }

    /// What the process was started with, for these names only.
    public init(reading names: some Sequence<String>) {
        var values: [String: String] = [:]
        for name in names {
            if let value = unsafe getenv(name) { values[name] = unsafe String(cString: value) }
        }
        self.values = values
    }

    /// The names alone of what the process was started with, as far as they are text.
    public static func names(withPrefix prefix: String) -> [String] {
        var names: [String] = []
        guard var entry = unsafe byok_environment() else { return [] }
        while let text = unsafe entry.pointee {
            // The value is not taken in: it may be a secret.
            let length = unsafe strcspn(text, "=")
            let name = unsafe UnsafeRawBufferPointer(start: text, count: length)
            if unsafe name.starts(with: prefix.utf8) { names.append(unsafe String(decoding: name, as: UTF8.self)) }
            unsafe entry += 1
        }
        return names
    }

    /// Nil when the variable is not set; an empty one, which is how manifests unset a variable, counts as not set.
    public subscript(name: String) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return value
    }
}

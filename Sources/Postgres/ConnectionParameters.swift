internal import CPostgres
internal import Glibc
import Secrets

/// Keywords and values for libpq, read by libpq's own parsers; the password stands apart.
struct ConnectionParameters: Sendable {
    private(set) var values: [String: String] = [:]
    private(set) var password: Password?

    final class Password: Sendable {
        let bytes: SecretBytes

        init(_ bytes: consuming SecretBytes) { self.bytes = bytes }
    }

    subscript(keyword: String) -> String? {
        get { values[keyword] }
        set { values[keyword] = newValue }
    }

    /// Takes in `PG*` variables, under the names that libpq itself gives them.
    mutating func take(variables: (String) -> String?) throws(PostgresError) {
        guard let defaults = unsafe PQconndefaults() else { throw Self.malformed("PG*") }
        defer { unsafe PQconninfoFree(defaults) }
        var option = unsafe defaults
        while let keyword = unsafe option.pointee.keyword {
            // libpq reads PGPASSWORD too, and does not erase it.
            if unsafe strcmp(keyword, "password") == 0, let value = unsafe option.pointee.val {
                unsafe explicit_bzero(value, strlen(value))
            }
            if let variable = unsafe option.pointee.envvar, let value = variables(unsafe String(cString: variable)) {
                store(unsafe String(cString: keyword), value)
            }
            unsafe option += 1
        }
    }

    /// Takes in a `postgresql://` URI or a `keyword=value` list.
    mutating func take(connectionString: Span<UInt8>) throws(PostgresError) {
        guard !ConnectionText.hidesPassword(connectionString) else { throw Self.malformed("DATABASE_URL") }
        let terminated = UnsafeMutablePointer<CChar>.allocate(capacity: connectionString.count &+ 1)
        defer {
            unsafe explicit_bzero(terminated, connectionString.count)
            unsafe terminated.deallocate()
        }
        for index in connectionString.indices { unsafe terminated[index] = CChar(bitPattern: connectionString[index]) }
        unsafe terminated[connectionString.count] = 0
        // No place for an error message: libpq's quotes the text.
        guard let options = unsafe PQconninfoParse(terminated, nil) else { throw Self.malformed("DATABASE_URL") }
        defer { unsafe PQconninfoFree(options) }
        var option = unsafe options
        while let keyword = unsafe option.pointee.keyword {
            if let value = unsafe option.pointee.val { unsafe take(keyword: String(cString: keyword), value) }
            unsafe option += 1
        }
    }

    private mutating func take(keyword: String, _ value: UnsafeMutablePointer<CChar>) {
        guard keyword == "password" else { return store(keyword, unsafe String(cString: value)) }
        let count = unsafe strlen(value)
        password = Password(
            SecretBytes(byteCount: count) { output in
                for index in 0..<count { output.append(UInt8(bitPattern: unsafe value[index])) }
            })
        unsafe explicit_bzero(value, count)
    }

    /// The password for a server whose connection string names none.
    mutating func take(password: borrowing SecretBytes) {
        self.password = Password(password.withBytes { SecretBytes(copying: $0) })
    }

    private mutating func store(_ keyword: String, _ value: String) {
        guard keyword == "password" else { return values[keyword] = value }
        password = Password(SecretBytes(copying: Array(value.utf8).span))
    }

    /// Names that messages show must be names: a URL in the place of one may hold a password.
    func expectNames() throws(PostgresError) {
        for (keyword, variable) in [
            ("host", "PGHOST"), ("hostaddr", "PGHOSTADDR"), ("port", "PGPORT"),
            ("user", "PGUSER"), ("dbname", "PGDATABASE"),
        ] {
            guard let value = values[keyword], !ConnectionText.isName(value, keyword) else { continue }
            throw Self.malformed("DATABASE_URL or \(variable)")
        }
    }

    private static func malformed(_ name: String) -> PostgresError {
        PostgresError(.malformedSettings, operation: "read settings", name: name)
    }
}

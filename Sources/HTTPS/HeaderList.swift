internal import CCurl
internal import Secrets

/// The headers of one request as libcurl reads them.
@safe struct HeaderList: ~Copyable {
    private let secretLine: SecretHeaderLine
    private let ordinary: UnsafeMutablePointer<curl_slist>?

    var first: UnsafeMutablePointer<curl_slist> { unsafe secretLine.node }

    init(_ request: Request, secret: borrowing SecretBytes) throws(HTTPSError) {
        let secretLine = try SecretHeaderLine(request.secretHeader, secret: secret)
        let lines = request.headers.map { name, value in "\(name): \(value)" }
        unsafe ordinary = try StringList.make(lines)
        unsafe secretLine.node.pointee.next = unsafe ordinary
        self.secretLine = secretLine
    }

    func erase() { secretLine.erase() }

    deinit { unsafe curl_slist_free_all(ordinary) }
}

/// libcurl's linked list of strings, for what is no secret.
enum StringList {
    static func make(_ lines: [String]) throws(HTTPSError) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>? = nil
        for line in lines {
            guard let longer = unsafe curl_slist_append(list, line) else {
                unsafe curl_slist_free_all(list)
                throw .local
            }
            unsafe list = longer
        }
        return unsafe list
    }
}

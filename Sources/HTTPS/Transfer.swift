internal import CCurl
internal import Secrets
internal import Synchronization

/// One request on its way: the easy handle, what it has received, and who waits for it.
///
// Made by the caller, then handed to the loop's thread through its mailbox, and from there on touched by that
// thread alone; only `isCancelled`, an atomic, is set from elsewhere.
final class Transfer: @unchecked Sendable {
    typealias Outcome = Result<Response, HTTPSError>

    static let maximumBodyByteCount = 64 * 1024

    let easy: EasyHandle
    let isCancelled = Atomic(false)
    private let headers: HeaderList
    private let overrides: StringListOwner
    private let addressRule: AddressRule
    private var head = ResponseHead()
    private var body: [UInt8] = []
    private var isTruncated = false
    /// Why a callback of ours stopped the transfer; libcurl only knows that one did.
    private var refusal: HTTPSError?
    private var waiter: CheckedContinuation<Outcome, Never>?

    init(_ request: Request, _ options: ClientOptions, secret: borrowing SecretBytes) throws(HTTPSError) {
        try request.validate()
        easy = try EasyHandle()
        headers = try HeaderList(request, secret: secret)
        overrides = try StringListOwner(options.resolveOverrides)
        addressRule = options.addressRule(for: request.origin)
        try easy.configure(request, options)
        try unsafe easy.set(CURLOPT_HTTPHEADER, list: headers.first)
        try unsafe easy.set(CURLOPT_RESOLVE, list: overrides.first)
        try connectCallbacks()
    }

    func wait(_ waiter: CheckedContinuation<Outcome, Never>) { self.waiter = waiter }

    /// Ends the transfer: its header is overwritten before anyone hears of the outcome.
    func finish(_ outcome: Outcome) {
        headers.erase()
        waiter?.resume(returning: outcome)
        waiter = nil
    }

    /// The outcome of a transfer that libcurl says is done.
    func outcome(_ code: CURLcode) -> Outcome {
        // A body cut off by us is an answer too; libcurl has dropped what its connection still brought.
        let isAnswer = code == CURLE_OK || (code == CURLE_WRITE_ERROR && isTruncated)
        guard isAnswer else { return .failure(refusal ?? HTTPSError(code)) }
        do throws(HTTPSError) { return .success(try response()) } catch { return .failure(error) }
    }

    /// False ends the transfer: more than the bound has come, and what fits is kept.
    func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let room = Self.maximumBodyByteCount - body.count
        unsafe body.append(contentsOf: bytes.prefix(room))
        isTruncated = bytes.count > room
        return !isTruncated
    }

    func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard head.append(unsafe Array(bytes)) else {
            refusal = .malformedResponse
            return false
        }
        return true
    }

    func allows(_ address: NetworkAddress) -> Bool {
        guard addressRule.allows(address) else {
            refusal = .refusedAddress
            return false
        }
        return true
    }

    /// No descriptor to be had.
    func lacksSocket() { refusal = .local }

    private func response() throws(HTTPSError) -> Response {
        let status = easy.number(CURLINFO_RESPONSE_CODE)
        guard (200...599).contains(status) else { throw .malformedResponse }
        let version: Response.HTTPVersion =
            switch easy.number(CURLINFO_HTTP_VERSION) {
            case Int(CURL_HTTP_VERSION_1_0): .http1_0
            case Int(CURL_HTTP_VERSION_2_0): .http2
            default: .http1_1
            }
        return Response(
            status: status, headers: try head.fields(), body: body, isTruncated: isTruncated,
            latency: .microseconds(easy.largeNumber(CURLINFO_TOTAL_TIME_T)), httpVersion: version)
    }
}

/// Keeps a list alive as long as the handle that reads it.
@safe struct StringListOwner: ~Copyable {
    let first: UnsafeMutablePointer<curl_slist>?

    init(_ lines: [String]) throws(HTTPSError) { unsafe first = try StringList.make(lines) }

    deinit { unsafe curl_slist_free_all(first) }
}

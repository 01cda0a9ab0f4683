public import Secrets

/// Sends requests through one libcurl multi loop on a thread of its own. As many at a time as the caller starts.
///
/// The secret is copied once, into a header line that is overwritten before `send` returns; libcurl's own copies are
/// overwritten when it frees them. Under HTTP/2 the header compression of nghttp2 remembers recent header values for
/// the life of a connection; `ClientOptions.allowsHTTP2` turns that off.
public final class HTTPSClient: Sendable {
    public enum ShutDown: Sendable {
        /// Requests on their way end as `cancelled`.
        case aborting
        /// Requests on their way come to their end first.
        case draining
    }

    private let options: ClientOptions
    private let loop: TransferLoop

    public init(_ options: ClientOptions = ClientOptions()) throws(HTTPSError) {
        self.options = options
        loop = try TransferLoop(maximumIdleConnections: options.maximumIdleConnections)
        loop.start()
    }

    deinit { loop.stop(.abort) }

    /// Any status from 200 to 599 is a response. Cancelling the task aborts the transfer.
    public func send(
        _ request: Request, secret: borrowing SecretBytes
    ) async throws(HTTPSError) -> Response {
        let transfer = try Transfer(request, options, secret: secret)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                transfer.wait(waiter)
                loop.submit(transfer)
            }
        } onCancel: {
            loop.cancel(transfer)
        }
        return try outcome.get()
    }

    /// Returns when no transfer is left and its thread has ended; later requests are `cancelled`.
    public func shutDown(_ manner: ShutDown = .aborting) async {
        await withCheckedContinuation { waiter in
            loop.stop(manner == .aborting ? .abort : .drain, then: waiter)
        }
    }
}

import HTTPS
import Providers
import Secrets
import Synchronization

/// A check whose pauses are noted and not waited for.
final class Checking: Sendable {
    private let client: HTTPSClient
    private let check: KeyCheck
    private let noted: Noted

    init(_ simulator: Simulator, total: Duration = .seconds(20), pauseFails: Bool = false) throws {
        client = try HTTPSClient()
        let noted = Noted()
        self.noted = noted
        check = KeyCheck(
            client: client, origins: try ProviderOrigins(environment: simulator.environment), userAgent: "test/1",
            timeouts: Timeouts(total: total),
            pause: { wait in
                noted.add(wait)
                if pauseFails { throw CancellationError() }
            })
    }

    var pauses: [Duration] { noted.waits.withLock { $0 } }

    func ask(_ provider: Provider, _ key: [UInt8]) async -> KeyCheck.Finding {
        await check.ask(provider, key: SecretBytes(copying: key.span))
    }

    func shutDown() async { await client.shutDown() }

    private final class Noted: Sendable {
        let waits = Mutex<[Duration]>([])
        func add(_ wait: Duration) { waits.withLock { $0.append(wait) } }
    }
}

/// The end of a key, by which a script knows it.
func end(_ key: [UInt8]) -> String { String(decoding: key.suffix(12), as: UTF8.self) }

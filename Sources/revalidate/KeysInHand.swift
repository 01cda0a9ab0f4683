import FoundationEssentials
import Synchronization

/// Keys that were read and are not settled yet: one whose due time moves meanwhile would come a second time.
final class KeysInHand: Sendable {
    private let ids = Mutex<Set<UUID>>([])

    var all: Set<UUID> { ids.withLock { $0 } }

    func take(_ taken: [UUID]) { ids.withLock { $0.formUnion(taken) } }

    func letGo(_ settled: [UUID]) { ids.withLock { $0.subtract(settled) } }
}

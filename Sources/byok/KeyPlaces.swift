import FoundationEssentials
import Providers

/// Of some keys, those that the database has already.
struct KnownKeys: Sendable {
    /// By id, or by user, provider and label.
    var ids: Set<UUID> = []
    var byID: Set<UUID> = []
    /// Their ids belong to other keys.
    var taken: Set<UUID> = []
}

/// Where a dry run would have put keys: tells what later lines would find there.
struct KeyPlaces {
    enum Finding {
        case free
        case occupied
        /// Another key would have the id.
        case taken
    }

    private struct Place: Hashable {
        let userID: UUID
        let provider: Provider
        let label: String
    }

    private var places: Set<Place> = []
    private var ids: Set<UUID> = []

    mutating func put(_ key: EnrolledKey, where known: KnownKeys) -> Finding {
        if known.taken.contains(key.id) { return .taken }
        let place = Place(userID: key.userID, provider: key.provider, label: key.label)
        if known.ids.contains(key.id) || places.contains(place) { return .occupied }
        if ids.contains(key.id) { return .taken }
        places.insert(place)
        if !key.hasNewID { ids.insert(key.id) }
        return .free
    }
}

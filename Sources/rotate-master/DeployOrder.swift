import Batch
import System

/// The steps of a rotation in the order in which nothing can break, and which of them is next.
struct DeployOrder: Sendable {
    enum Step: String, CaseIterable, Sendable {
        case register, readers, current, sweep, validate, verify, retire

        var title: StaticString {
            switch self {
            case .register: "generate and register the key"
            case .readers: "give the key to every reader"
            case .current: "make it current"
            case .sweep: "seal every key anew under it"
            case .validate: "let the database prove it"
            case .verify: "open every key under it"
            case .retire: "retire the older key"
            }
        }
    }

    enum State: String, CaseIterable, Sendable {
        case done, now, later
        /// Nobody can tell, and nothing waits for it.
        case open
    }

    /// Nil where no rotation is under way and no key waits for one.
    let target: Int?
    let picture: RotationPicture

    init(_ picture: RotationPicture, to wished: Int? = nil) {
        self.picture = picture
        target = wished ?? Self.target(picture)
    }

    /// The current key while anything is left of an older one; else the key that waits.
    private static func target(_ picture: RotationPicture) -> Int? {
        guard let current = picture.current else { return picture.next?.version }
        let isUnderWay = !picture.previous.isEmpty || picture.remaining(for: current.version) > 0
        return isUnderWay ? current.version : picture.next?.version
    }

    /// Nil when all is done.
    var next: Step? {
        guard target != nil else { return nil }
        return Step.allCases.first { !isDone($0) }
    }

    func state(of step: Step) -> State {
        if step == .readers, target != nil, picture.readers.isEmpty { return .open }
        if isDone(step) { return .done }
        return step == next ? .now : .later
    }

    func isDone(_ step: Step) -> Bool {
        guard let target, let key = picture.keys.first(where: { $0.version == target }) else { return false }
        switch step {
        case .register: return key.state != nil
        case .readers: return picture.readers(without: target).isEmpty
        case .current: return key.state == .current
        case .sweep: return picture.remaining(for: target) == 0 && rotation?.isFenced == true
        case .validate: return rotation?.validation != nil && rotation?.isProved == true
        case .verify: return rotation?.verification != nil
        case .retire: return key.state == .current && picture.previous.isEmpty && isDone(.verify)
        }
    }

    /// To the target; one that was given up is no step towards it.
    private var rotation: RotationEntry? {
        picture.rotation.flatMap { $0.target == target && $0.end != .superseded ? $0 : nil }
    }

    /// What stands in a terminal's line behind the step.
    func detail(of step: Step) -> LogMessage {
        guard let target else { return "" }
        switch step {
        case .register: return "version \(target)"
        case .readers: return readersDetail(target)
        case .current: return picture.current.map { "now current: version \($0.version)" } ?? "no key is current"
        case .sweep:
            let left = picture.remaining(for: target)
            return left > 0
                ? "\(left) keys are left under other versions" : "no readable key is left under another version"
        case .validate: return proof(rotation?.validation, "proved")
        case .verify: return proof(rotation?.verification, "opened")
        case .retire: return retireDetail
        }
    }

    private func readersDetail(_ target: Int) -> LogMessage {
        if picture.readers.isEmpty { return "not decided: no reader said within 24 h which keys it holds" }
        let missing = picture.readers(without: target)
        return missing.isEmpty
            ? "all \(picture.readers.count) that were seen within 24 h hold it"
            : "\(missing.count) of \(picture.readers.count) that were seen within 24 h do not hold it"
    }

    private func proof(_ proof: RotationEntry.Proof?, _ word: StaticString) -> LogMessage {
        guard let proof else { return "not yet" }
        let aside: LogMessage = proof.quarantined > 0 ? ", \(proof.quarantined) set aside" : ""
        return "\(proof.rows) keys \(word) at \(PlaceName(proof.at.toTheSecond))\(aside)"
    }

    private var retireDetail: LogMessage {
        guard let oldest = picture.previous.first else {
            guard let current = picture.current, current.version != target else { return "no older key is left" }
            return "version \(current.version)"
        }
        return picture.previous.count == 1
            ? "version \(oldest.version)" : "\(picture.previous.count) keys, version \(oldest.version) first"
    }
}

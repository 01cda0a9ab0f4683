/// Hands elements from one task to another, holding back the sender while `capacity` of them wait.
actor Channel<Element: Sendable> {
    private let capacity: Int
    private var waiting: [Element] = []
    private var isFinished = false
    private var senders: [CheckedContinuation<Void, Never>] = []
    private var receivers: [CheckedContinuation<Void, Never>] = []

    init(capacity: Int) { self.capacity = capacity }

    func send(_ element: Element) async {
        while waiting.count >= capacity { await withCheckedContinuation { senders.append($0) } }
        waiting.append(element)
        wake(&receivers)
    }

    /// Nil after the last.
    func next() async -> Element? {
        while waiting.isEmpty {
            guard !isFinished else { return nil }
            await withCheckedContinuation { receivers.append($0) }
        }
        let element = waiting.removeFirst()
        wake(&senders)
        return element
    }

    /// Nothing is sent after this.
    func finish() {
        isFinished = true
        wake(&receivers)
    }

    private func wake(_ parked: inout [CheckedContinuation<Void, Never>]) {
        let all = parked
        parked = []
        for continuation in all { continuation.resume() }
    }
}

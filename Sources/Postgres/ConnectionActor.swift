/// An actor that runs on the thread of its connection: between an answer and the next statement it waits for no other.
public protocol ConnectionActor: Actor {
    nonisolated var connection: PostgresConnection { get }
}

extension ConnectionActor {
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe connection.unownedExecutor }
}

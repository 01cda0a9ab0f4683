import Foundation

extension TestDatabase {
    /// Runs statements in a session beside the test's, on a thread of its own: the pool that tests run on
    /// may be two threads wide, and both may be waiting for this session to begin.
    public func beside(_ sql: String, role: String = "postgres") -> Task<Void, any Error> {
        let (stream, end) = AsyncThrowingStream<Never, any Error>.makeStream()
        Thread.detachNewThread {
            do {
                _ = try psql(sql, role: role)
                end.finish()
            } catch {
                end.finish(throwing: error)
            }
        }
        return Task { for try await _ in stream {} }
    }
}

import TestSupport
import Testing

@Suite struct PrivateClusterTests {
    @Test func `a private cluster answers on its socket`() throws {
        let database = try PrivateCluster.shared.makeDatabase()

        #expect(try database.psql("SELECT 6 * 7") == "42")
    }
}

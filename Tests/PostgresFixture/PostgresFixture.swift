import Foundation
import Postgres

/// Moves a million rows one way in a process of its own and prints by how many KiB its peak memory grew.
@main struct PostgresFixture {
    static func main() async throws {
        let way = CommandLine.arguments.dropFirst().first ?? ""
        let connection = PostgresConnection(try ConnectionSettings(variables: ProcessInfo.processInfo.environment))
        // The first rows pay for what is allocated once.
        try await move(way, 1000, connection)
        let before = peak()
        try await move(way, 1_000_000, connection)
        print(peak() - before)
    }

    private static func move(_ way: String, _ count: Int, _ connection: PostgresConnection) async throws {
        let rows = "SELECT n, md5(n::text) AS t FROM generate_series(1, \(count)) n"
        let moved = try await connection.transaction { transaction throws(PostgresError) -> Int in
            switch way {
            case "in":
                var next = 0
                return try transaction.copyIn(Statement("in", sql: "COPY flow FROM STDIN")) {
                    guard next < count else { return nil }
                    next += 1
                    return Array("\(next)\t0123456789abcdef0123456789abcdef\n".utf8)
                }
            case "out": return try transaction.copyOut(Statement("out", sql: "COPY (\(rows)) TO STDOUT")) { _ in }
            default:
                var read = 0
                try transaction.stream(Statement("stream", sql: rows)) { row throws(PostgresError) in
                    read += try row.int("n") > 0 ? 1 : 0
                }
                return read
            }
        }
        guard moved == count else { throw PostgresError(.unexpectedResult, operation: "\(moved) rows moved") }
    }

    /// `VmHWM`: the most memory that this process ever had resident.
    private static func peak() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? .max
    }
}

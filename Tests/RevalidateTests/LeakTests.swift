import Foundation
import Providers
import TestSupport
import Testing

@Suite struct LeakTests {
    @Test func `no key and no master key is written anywhere while everything goes wrong`() throws {
        let stage = try Stage()
        let keys = Provider.allCases.enumerated().flatMap { number, provider in
            (0..<4).map { PlantedKey(provider, seed: UInt64(90_000 + number * 10 + $0)) }
        }
        try stage.plant(keys)
        let answers = Dictionary(
            uniqueKeysWithValues: zip(
                keys, ["invalid_key", "server_error", "garbage", "not_found"] + Array(repeating: "valid", count: 99)
            )
            .map { ($0.tail, [$1]) })
        let simulator = try Simulator(answers: answers)

        let said = try [["--verbose"], ["--verbose", "--dry-run"], ["--verbose", "--log-format", "json"]].map {
            try stage.run($0, simulator, with: ["BYOK_SCAN_KEY": Data(repeating: 3, count: 32).base64EncodedString()])
        }

        let log = try String(contentsOfFile: stage.database.cluster.serverLog, encoding: .utf8)
        let written = said.map { $0.stdout + $0.stderr }.joined() + log
        #expect(written.contains("byok/revalidate") || log.contains("settle_checks"))
        for key in keys {
            let text = String(decoding: key.text, as: UTF8.self)
            for secret in [text, Data(key.text).base64EncodedString(), Stage.hex(key.text), String(text.suffix(12))] {
                #expect(!written.contains(secret), "a key of \(key.provider) was written")
            }
        }
        #expect(!written.contains(Data((1...32).map { UInt8($0) }).base64EncodedString()))
    }
}

import Batch
import System
import Testing

@Suite struct SettingTests {
    private static let pace = Setting<Duration>.duration(
        "BYOK_PACE", flag: "--pace", default: .seconds(9), help: "Wait.")

    @Test func `the flag wins over the variable, and that over the default`() throws {
        let environment = EnvironmentVariables(["BYOK_PACE": "2s"])
        #expect(try Self.pace.value(flag: "1s", in: environment) == .seconds(1))
        #expect(try Self.pace.value(in: environment) == .seconds(2))
        #expect(try Self.pace.value(in: EnvironmentVariables([:])) == .seconds(9))
    }

    @Test func `an error names the place and never the value`() {
        let error = #expect(throws: SettingError.self) {
            try Self.pace.value(in: EnvironmentVariables(["BYOK_PACE": "hunter2"]))
        }
        #expect(error?.message.text.contains("BYOK_PACE") == true)
        #expect(error?.message.text.contains("hunter2") == false)
        let flagged = #expect(throws: SettingError.self) {
            try Self.pace.value(flag: "hunter2", in: EnvironmentVariables([:]))
        }
        #expect(flagged?.place.description == "--pace")
    }

    @Test(arguments: [
        ("24h", 86_400_000), ("90s", 90_000), ("0s", 0), ("250ms", 250), ("7d", 604_800_000), ("5m", 300_000),
    ])
    func `durations are a number and a unit`(text: String, milliseconds: Int) {
        #expect(DurationText.read(text) == .milliseconds(milliseconds))
    }

    @Test(arguments: ["", "24", "h", "-1h", "1.5h", " 1h", "1 h", "1H", "1h30m", "99999999999999999999s", "١h"])
    func `no other text is a duration`(text: String) {
        #expect(DurationText.read(text) == nil)
    }

    @Test func `counts and sizes keep within their range`() throws {
        let count = Setting<Int>.count("BYOK_N", within: 1...5, help: "N.")
        #expect(try count.value(flag: "5", in: EnvironmentVariables([:])) == 5)
        for bad in ["0", "6", "+3", "three", "99999999999999999999"] {
            #expect(throws: SettingError.self) { try count.value(flag: bad, in: EnvironmentVariables([:])) }
        }
        let size = Setting<Int>.size("BYOK_S", help: "S.")
        #expect(try size.value(flag: "64MiB", in: EnvironmentVariables([:])) == 64 << 20)
        for bad in ["9999999999999GiB", "0", "0KiB", "GiB", "-1"] {
            #expect(throws: SettingError.self) { try size.value(flag: bad, in: EnvironmentVariables([:])) }
        }
    }

    @Test func `a durations text shows its two largest units`() {
        let texts = [Duration.seconds(200), .seconds(100_000), .milliseconds(250), .zero, .seconds(3600)]
        #expect(texts.map(DurationText.write) == ["3m20s", "1d3h", "250ms", "0s", "1h"])
    }
}

import Fingerprints
import Foundation
import Secrets
import Testing

/// Figures for `Format.md`; printed on demand, never asserted against a clock.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["FINGERPRINT_FIGURES"] != nil))
struct FigureTests {
    @Test(arguments: TestShape.allCases)
    func `bytes and microseconds a key`(_ shape: TestShape) throws {
        var random = SplitMix(state: 8)
        let bodies = (0..<1_000).map { _ in shape.body(&random) }
        var fingerprinter = try Fingerprinter(CoverageTests.scanKey)
        var windows = 0
        let elapsed = try ContinuousClock().measure {
            for body in bodies {
                windows += try fingerprinter.windows(of: body.characters.span, shape: body.shape).count
            }
        }
        print("figure \(shape) windows \(Double(windows) / 1_000) bytes \(windows * 8 / 1_000) us \(elapsed / 1_000)")
    }
}

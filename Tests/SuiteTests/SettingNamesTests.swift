import Batch
import Foundation
import TestSupport
import Testing

/// `SuiteVariables` is what every program refuses unknown names by, so nothing may be missing there.
@Suite struct SettingNamesTests {
    /// Whole names in string literals of the sources; a name built from parts is a provider's.
    private static let declared: Set<String> = {
        let sources = SourceFile.all.filter { $0.path != "Batch/SuiteVariables.swift" }
        let texts = sources.flatMap { file in file.code.map(\.text) }
        return Set(texts.flatMap { $0.matches(of: /"(BYOK_[A-Z_]*[A-Z])"/).map { String($0.output.1) } })
    }()

    @Test func `every variable that a source names is in the list`() {
        #expect(Self.declared.contains("BYOK_MASTER_KEYS"))
        #expect(Self.declared.contains("BYOK_RECONNECT_BUDGET"))
        for name in Self.declared where !SuiteVariables.all.contains(name) {
            Issue.record("\(name) is missing in SuiteVariables")
        }
    }

    @Test func `every variable of the list is read somewhere`() {
        let families = /^BYOK_(CANARY_[A-Z]+|[A-Z]+_URL)$/
        for name in SuiteVariables.plain + SuiteVariables.secret where name.firstMatch(of: families) == nil {
            #expect(Self.declared.contains(name), "nothing reads \(name)")
        }
    }

    /// As the providers themselves build them.
    @Test func `each provider's canary and address are in the list`() throws {
        let file = try #require(SourceFile.all.first { $0.path == "Providers/Provider.swift" })
        let line = try #require(file.code.first { $0.text.contains("case anthropic") }).text
        let providers = line.matches(of: /[a-z]+/).map { String($0.output) }.filter { $0 != "case" }
        #expect(providers.count == 6)
        for provider in providers.map({ $0.uppercased() }) {
            for name in ["BYOK_CANARY_\(provider)", "BYOK_CANARY_\(provider)_FILE", "BYOK_\(provider)_URL"] {
                #expect(SuiteVariables.all.contains(name), "\(name)")
            }
        }
    }

    @Test func `the pages and manifests name no variable that nobody reads`() throws {
        let pages = [
            "README.md", "jobs/README.md", "jobs/crontab", "jobs/environment", "jobs/revalidate.md",
            "jobs/revalidate.yaml", "jobs/systemd/revalidate.service", "jobs/systemd/savings-report.service",
            "jobs/audit-scan.md", "jobs/audit-scan.yaml", "jobs/systemd/audit-scan.service",
        ]
        for page in pages {
            let text = try String(contentsOfFile: Repository.path(page), encoding: .utf8)
            for name in text.matches(of: /BYOK_[A-Z_]*[A-Z]/).map({ String($0.output) }) {
                let isFamily = SuiteVariables.all.contains { $0.hasPrefix(name + "_") }
                #expect(SuiteVariables.all.contains(name) || isFamily, "\(page) names \(name)")
            }
        }
    }
}

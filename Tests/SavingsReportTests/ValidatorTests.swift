import Foundation
import TestSupport
import Testing

/// Public validators look at what a run wrote. `scripts/bootstrap --tests` installs them where it can: focus-validator
/// wants Python 3.12, axe a Chromium.
struct ValidatorTests {
    private static let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    private static let hasFocusValidator = PublicValidators.home(of: "focus_validator") != nil
    private static let hasAxe = PublicValidators.home(of: "axe_playwright_python") != nil && chromium != nil

    private func ended() throws -> SavingsEnded {
        let stage = try SavingsStage()
        try stage.price("5", "1.75", from: "2026-10-16Z")
        try stage.key(901, user: 1, ("added", "2026-01-01Z"), ("disabled", "2026-10-08Z"), ("replaced", "2026-10-17Z"))
        try stage.add(6, "own_key", user: 1, list: "4", charged: "1.5")
        try stage.add(3, "own_key", user: 1, list: "5", charged: "1.75", at: "2026-10-20Z")
        try stage.add(5, "plan", user: 2, list: "4", charged: "4", provider: nil)
        try stage.add(2, "fallback", user: 3, list: "4", charged: "4", reason: "rate_limited")
        try stage.add(1, "own_key", user: 1, list: "4", charged: "1.5", at: "2026-09-09Z")
        _ = try stage.database.psql(
            """
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            select analysis_id, '2026-10-30Z', 'refund', -credits from byok.credit_ledger where id in (1, 17)
            """)
        let ended = try stage.run(
            "--claims", Repository.path("reports/claims.json"), "--credit-price", "0.20 EUR")
        #expect(ended.status == 0, "\(ended.stderr)")
        return ended
    }

    /// What applies to a seller of prepaid credits with a public price list.
    private static let criteria = [
        "ACCOUNT_NAMING_SUPPORTED", "NEGOTIATED_PRICING_SUPPORTED", "PUBLIC_PRICE_LIST_SUPPORTED",
        "USAGE_MEASUREMENT_SUPPORTED", "UNIT_PRICING_SUPPORTED", "PRICING_BILLING_CURRENCY_DIFFERENCES_SUPPORTED",
        "VIRTUAL_CURRENCY_SUPPORTED",
    ].joined(separator: ",")

    @Test(.enabled(if: hasFocusValidator, "focus-validator is not installed: it wants Python 3.12 and PyPI"))
    func `focus-validator finds what nothing can satisfy, and no more`() throws {
        let ended = try ended()
        let file = try #require(ended.folder?.appending(path: "focus-1.2.csv"))
        let home = try #require(PublicValidators.home(of: "focus_validator"))

        // It ends with 0 whatever it found, and looks for its tables beside itself.
        let finished = try Subprocess.run(
            "/bin/sh",
            [
                "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", home.path, PublicValidators.python, "-m",
                "focus_validator.main",
                "--data-file", file.path, "--block-download", "--validate-version", "1.2",
                "--applicability-criteria", Self.criteria,
            ])

        let lines = finished.stdout.split(separator: "\n")
        let passed = lines.filter { $0.contains(": PASS") }
        let failed = lines.compactMap { $0.firstMatch(of: /([A-Za-z]+-C-\d{3}-[A-Z]): FAIL/).map { String($0.1) } }
        #expect(passed.count > 200, "\(finished.stdout.suffix(2000)) \(finished.stderr.suffix(2000))")
        #expect(Set(failed) == ["InvoiceId-C-005-C", "PricingCurrency-C-000-C", "PricingCurrency-C-003-M"])
    }

    @Test(.enabled(if: hasAxe, "axe is not installed: it wants Chromium and PyPI"))
    func `axe finds no violation in either language`() throws {
        let ended = try ended()
        let folder = try #require(ended.folder)
        let finished = try Subprocess.run(
            PublicValidators.python,
            [
                Repository.path("Tests/SavingsReportTests/Validators/axe_violations.py"), Self.chromium ?? "",
                folder.appending(path: "report.html").path, folder.appending(path: "report.fr.html").path,
            ])
        #expect(finished.status == 0, "\(finished.stderr)")
        #expect(finished.stdout == "")
    }
}

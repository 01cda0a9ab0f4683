import Foundation
import TestSupport
import Testing

struct ClaimTests {
    private static let table = "Claims against prices and measurements"

    private func stage() throws -> SavingsStage {
        let stage = try SavingsStage()
        try stage.add(4, "own_key", user: 1, list: "4", charged: "1.5")
        return stage
    }

    @Test func `claims are read through links, as Kubernetes mounts them`() throws {
        let stage = try stage()
        let mount = stage.folder.appending(path: "mount")
        let data = mount.appending(path: "..2026_10_01")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: Repository.path("reports/claims.json"), toPath: data.appending(path: "claims.json").path)
        try FileManager.default.createSymbolicLink(
            atPath: mount.appending(path: "..data").path, withDestinationPath: "..2026_10_01")
        try FileManager.default.createSymbolicLink(
            atPath: mount.appending(path: "claims.json").path, withDestinationPath: "..data/claims.json")

        let ended = try stage.run("--claims", mount.appending(path: "claims.json").path)

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.rows(Self.table).count == 2)
    }

    @Test func `what is measured takes in the plan analyses of every user who is averaged`() throws {
        // No history of keys: what was recorded says that this user has one.
        let stage = try SavingsStage()
        try stage.add(1, "own_key", user: 1, list: "4", charged: "1.5")
        try stage.add(3, "plan", user: 1, list: "4", charged: "4")
        let claims = try stage.claims(
            #"{"text": "on average -60 %", "basis": "average", "rate_percent": "-60"}"#,
            #"{"text": "Audit Web", "kind": "audit_web", "provider": "anthropic", "rate_percent": "-60"}"#)

        let ended = try stage.run("--claims", claims)

        // 13.5 of 16
        #expect(ended.averages.first == "-15.63")
        #expect(ended.rows(Self.table).compactMap { $0["measured_percent"] as? String } == ["-15.63", "-15.63"])
        #expect(ended.rows(Self.table).compactMap { $0["status"] as? String } == ["fail", "fail"])
    }

    @Test(arguments: [
        // 10000 at list, 3750.3 charged: -62.497 %, which prints as -62.50
        ("price", "-62.5", "10000", "3750.3"), ("average", "-62.5", "10000", "3750.3"),
        // 3 at list, 1 on an own key: -66.666… %, which prints as -66.67
        ("up_to", "-66.67", "4", "1.5"),
    ]) func `a claim is held against what is exact, not against what is printed`(
        basis: String, rate: String, list: String, charged: String
    ) throws {
        let stage = try SavingsStage()
        try stage.price(kind: "seo", provider: "openai", "3", "1")
        try stage.add(1, "own_key", user: 1, list: list, charged: charged)
        let claims = try stage.claims(#"{"text": "it", "basis": "\#(basis)", "rate_percent": "\#(rate)"}"#)

        let ended = try stage.run("--claims", claims)

        let row = try #require(ended.rows(Self.table).first)
        #expect(row["status"] as? String == "fail")
        #expect(!ended.text("report.html").contains(": holds"))
    }

    @Test(arguments: [
        #"{"text": "65 % less", "rate_percent": "65"}"#, #"{"text": "nothing", "rate_percent": "0"}"#,
        #"{"text": "paid to", "rate_percent": "-100.01"}"#,
        #"{"text": "none", "rate_percent": "-60", "minimum_share_percent": "0"}"#,
        #"{"text": "more than all", "rate_percent": "-60", "minimum_share_percent": "101"}"#,
        #"{"text": "misspelt", "provider": "antropic", "rate_percent": "-60"}"#,
        #"{"text": "misspelt", "kind": "audit-web", "rate_percent": "-60"}"#,
        #"{"text": "no such price", "kind": "audit_web", "provider": "groq", "rate_percent": "-60"}"#,
        #"{"text": "a member too many", "rate_percent": "-60", "kinds": "audit_web"}"#,
    ]) func `a claim that cannot be meant is refused, and named by its place`(claim: String) throws {
        let stage = try stage()
        let ended = try stage.run(
            "--claims", stage.claims(#"{"text": "good", "rate_percent": "-62.5"}"#, claim))
        #expect(ended.status == 78, "\(ended.stderr)")
        #expect(ended.stderr.contains("claim 2"))
        #expect(ended.folder == nil)
    }
}

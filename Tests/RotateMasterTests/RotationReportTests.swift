import Batch
import Foundation
import Reports
import System
import Testing

@testable import rotate_master

struct RotationReportTests {
    private func status(_ part: String, _ evidence: RotationEvidence) -> CheckStatus? {
        RotationReport.of(evidence, outcome: .done).checks.first { $0.name.contains(part) }?.status
    }

    private func rows(_ caption: String, _ evidence: RotationEvidence) -> [[Cell]] {
        RotationReport.of(evidence, outcome: .done).sections.flatMap(\.tables)
            .first { $0.caption.hasPrefix(caption) }?.rows ?? []
    }

    @Test func `a finished rotation passes every check but for the rows that were given up`() {
        let failed = RotationReport.of(.example, outcome: .done).checks.filter { $0.status != .pass }
        #expect(failed.map(\.name) == ["No row is set aside"])
        let clean = RotationEvidence.example.changed(quarantined: QuarantinedKeys(count: 0, keys: []))
        #expect(RotationReport.of(clean, outcome: .done).status == .pass)
    }

    @Test func `what is not over is not decided, and what has been undone fails`() {
        let sweeping = RotationEvidence.example.changed(
            picture: .picture(rotation: RotationEntry.example.stopped(proved: false, verified: false)))
        for part in ["The database proves it", "Every key opens", "Every replica is past", "until when"] {
            #expect(status(part, sweeping) == .notDecided, "\(part)")
        }
        let fallen = RotationEvidence.example.changed(
            picture: .picture(rotation: RotationEntry.example.stopped(proved: true, verified: true, fenced: false)))
        #expect(status("The database proves it", fallen) == .fail)
        let unknown = RotationEvidence.example.changed(
            retention: Retention(backups: .seconds(1), wal: nil), picture: .picture(readers: []))
        #expect(status("until when", unknown) == .notDecided)
        #expect(status("Every reader", unknown) == .notDecided)
        let gone = RotationPicture.Reader(process: "web.9", versions: [1], seenAt: RotationEvidence.start)
        let silent = RotationEvidence.example.changed(picture: .picture(silent: [gone]))
        #expect(status("Every reader", silent) == .notDecided)
        #expect(status("Every key opens", fallen) == .notDecided)
    }

    @Test func `a replica fails while it is behind and is not decided while nobody knows`() {
        func evidence(_ isPast: Bool?) -> RotationEvidence {
            let replica = RotationPicture.Replica(
                name: "a", kind: "replica", behindBytes: nil, behindSeconds: nil, isPastEnd: isPast)
            return .example.changed(picture: .picture(replicas: [replica]))
        }
        #expect(status("Every replica", evidence(true)) == .pass)
        #expect(status("Every replica", evidence(false)) == .fail)
        #expect(status("Every replica", evidence(nil)) == .notDecided)
        #expect(status("Every replica", .example.changed(picture: .picture(replicas: []))) == .pass)
    }

    @Test func `seals and the cryptoperiod have their bounds`() {
        func evidence(_ seals: Int, _ period: Duration) -> RotationEvidence {
            let key = MasterKeyEntry(
                version: 2, state: .current, checkValue: nil, sealedCount: seals, createdAt: nil,
                activatedAt: RotationEvidence.start - .seconds(100), retiredAt: nil, readable: 1, quarantined: 0)
            return .example.changed(
                retention: Retention(backups: nil, wal: nil, cryptoperiod: period), picture: .picture(keys: [key]))
        }
        #expect(status("half of its 2^32", evidence(1 << 31, .seconds(102))) == .pass)
        #expect(status("half of its 2^32", evidence((1 << 31) + 1, .seconds(102))) == .fail)
        #expect(status("cryptoperiod", evidence(1, .seconds(102))) == .pass)
        #expect(status("cryptoperiod", evidence(1, .seconds(101))) == .fail)
        #expect(RotationReport.percent(1 << 31, of: 1 << 32) == "50.0000")
        #expect(RotationReport.percent(1_204_000, of: 1 << 32) == "0.0280")
    }

    @Test func `the older key is needed until the later of the two retentions is over`() {
        let end = RotationEntry.example.validation?.at
        #expect(RotationEvidence.example.keepUntil == end.map { $0 + .seconds(35 * 86_400) })
        #expect(
            rows("Where ciphertexts", .example).map { $0[1] }[2] == end.map { .timestamp($0 + .seconds(35 * 86_400)) })
        let undecided = RotationEvidence.example.changed(retention: Retention(backups: nil, wal: nil))
        #expect(rows("Where ciphertexts", undecided)[1][1] == .unknown)
        #expect(undecided.keepUntil == nil)
    }

    @Test func `before and after are counted over all versions, rows set aside included`() {
        let counts = rows("Keys by master key version", .example)
        #expect(counts == [[.text("1"), .count(1_200_201), .count(2)], [.text("2"), .count(87), .count(1_200_431)]])
        let none = RotationEvidence.example.changed(picture: RotationPicture.picture(rotation: nil))
        #expect(rows("Keys by master key version", none).count == 2)
    }

    @Test func `a verification that does not open everything fails, and its counts tie out only when it is whole`() {
        let books = VerifyBooks(stored: 10, leftOut: 1, opened: 8, failed: 1, setAside: 1)
        let evidence = RotationEvidence.example.changed(command: .verify, books: books)
        #expect(status("Every key opens", evidence) == .fail)
        #expect(RotationReport.of(evidence, outcome: .done).tieOuts.map(\.status) == [.pass])
        var partial = books
        partial.isPartial = true
        #expect(RotationReport.of(evidence.changed(books: partial), outcome: .done).tieOuts.isEmpty)
        var lost = books
        lost.opened = 7
        #expect(RotationReport.of(evidence.changed(books: lost), outcome: .done).tieOuts.map(\.status) == [.fail])
    }

    @Test func `hostile names stay names`() throws {
        let reader = RotationPicture.Reader(
            process: "</td><script>alert(1)</script>\u{202E}\u{1B}[2J", versions: [1], seenAt: RotationEvidence.start)
        let report = RotationReport.of(.example.changed(picture: .picture(readers: [reader])), outcome: .done)
        let html = String(decoding: try HTMLWriter.write(report), as: UTF8.self)
        #expect(!html.contains("<script") && !html.unicodeScalars.contains("\u{202E}"))
        #expect(html.contains("199 of 200 older"))
    }
}

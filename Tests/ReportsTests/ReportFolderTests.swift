import Foundation
import Reports
import Secrets
import System
import Testing

struct ReportFolderTests {
    private let root = FileManager.default.temporaryDirectory.path + "/reports-" + UUID().uuidString
    private var run: RunIdentity {
        RunIdentity(
            job: "revalidate", runID: "5f0c3a52-94d5-4f0e-8a52-1c4d1a2b3c4d",
            startedAt: Timestamp(microseconds: 1_795_440_000_000_000), report: .sample, previousManifest: nil)
    }

    private func shell(_ script: String, in folder: String) throws -> (status: Int32, output: String) {
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-ec", script]
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }

    @Test func `a folder is private, whole and listed, and its hashes hold`() async throws {
        defer { try? FileManager.default.removeItem(atPath: root) }
        let receipt = try await ReportFolder(root: root).write(
            .sample, further: { () in [ReportFile("rows.csv", [65])] }, run: run)
        let names = try FileManager.default.contentsOfDirectory(atPath: receipt.path).sorted()
        #expect(names == ["manifest.json", "report.html", "report.json", "rows.csv"])
        let modes = try shell("stat -c %a . * ../../index.html", in: receipt.path).output
        #expect(modes == "700\n600\n600\n600\n600\n600\n")
        let check = try shell(
            #"python3 -c "import json;[print(f['sha256']+'  '+f['name']) for f in json.load(open('manifest.json'))['files']]""#
                + " | sha256sum -c --strict && sha256sum manifest.json | cut -d' ' -f1", in: receipt.path)
        #expect(check.status == 0 && check.output.contains(receipt.manifestDigest))
        let index = try String(contentsOfFile: root + "/index.html", encoding: .utf8)
        #expect(index.contains("revalidate/20261123T"))
        #expect(try ReportFolder(root: root).runs().map(\.runID) == [run.runID])
    }

    @Test func `openssl alone verifies the signature, and refuses a changed manifest`() async throws {
        defer { try? FileManager.default.removeItem(atPath: root) }
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        _ = try shell(
            "openssl genpkey -algorithm ed25519 -out k.pem; openssl pkey -in k.pem -pubout -out p.pem", in: root)
        let pem = Array(try Data(contentsOf: URL(filePath: root + "/k.pem")))
        let key = try Ed25519SigningKey(pem: SecretBytes(copying: pem.span))
        let receipt = try await ReportFolder(root: root + "/r").write(.sample, run: run, signer: ReportSigner(key))
        let verify = """
            t=application/vnd.byok.manifest+json
            { printf 'DSSEv1 %d %s %d ' ${#t} $t $(stat -c %s manifest.json); cat manifest.json; } > ../signed
            sed 's/.*"sig":"\\([^"]*\\)".*/\\1/' manifest.dsse.json | openssl base64 -d -A > ../sig
            openssl pkeyutl -verify -pubin -inkey '\(root)/p.pem' -rawin -in ../signed -sigfile ../sig
            """
        #expect(try shell(verify, in: receipt.path).status == 0)
        _ = try shell("sed -i s/guard/clean/ manifest.json", in: receipt.path)
        #expect(try shell(verify, in: receipt.path).status != 0)
    }

    @Test func `a run that is there already stays as it is`() async throws {
        defer { try? FileManager.default.removeItem(atPath: root) }
        let folder = ReportFolder(root: root)
        let receipt = try await folder.write(.sample, run: run)
        let before = try shell("sha256sum *; stat -c %i *", in: receipt.path).output
        var other = Report.sample
        other.title = "another"
        await #expect(throws: ReportsError.self) { try await folder.write(other, run: run) }
        #expect(try shell("sha256sum *; stat -c %i *", in: receipt.path).output == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/revalidate").count == 1)
    }

    @Test func `a report that the index could not list is written all the same`() async throws {
        defer { try? FileManager.default.removeItem(atPath: root) }
        try FileManager.default.createDirectory(atPath: root + "/index.html/x", withIntermediateDirectories: true)
        let receipt = try await ReportFolder(root: root).write(.sample, run: run)
        #expect(receipt.indexFailure != nil)
        let sum = try shell("sha256sum manifest.json | cut -d' ' -f1; ls -A ../..", in: receipt.path).output
        #expect(sum == receipt.manifestDigest + "\nindex.html\nrevalidate\n")
        try FileManager.default.removeItem(atPath: root + "/index.html")
        var next = run
        next.runID = "6f0c3a52-94d5-4f0e-8a52-1c4d1a2b3c4d"
        #expect(try await ReportFolder(root: root).write(.sample, run: next).indexFailure == nil)
        #expect(try ReportFolder(root: root).runs().count == 2)
    }

    @Test func `the index lists the last runs of a job, however many there were`() async throws {
        defer { try? FileManager.default.removeItem(atPath: root) }
        let newest = try await ReportFolder(root: root).write(.sample, run: run).path
        let earlier = "for i in $(seq -w 210); do cp -r . ../20250101T000$i'Z-\(run.runID)'; done; mkdir ../old ../zz"
        #expect(try shell(earlier, in: newest).status == 0)
        let folders = try ReportFolder(root: root).runs().map(\.folder).sorted()
        #expect(folders.count == 200 && newest.hasSuffix(folders.last ?? "none"))
        #expect(folders.first?.hasPrefix("20250101T000012Z") == true)
    }

    @Test func `a symbolic link for a folder is refused and nothing is written through it`() async throws {
        defer { try? FileManager.default.removeItem(atPath: root) }
        try FileManager.default.createDirectory(atPath: root + "/elsewhere", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: root + "/revalidate", withDestinationPath: root + "/elsewhere")
        await #expect(throws: ReportsError.self) { try await ReportFolder(root: root).write(.sample, run: run) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/elsewhere").isEmpty)
    }

    @Test func `names that leave the folder or come twice are refused`() async {
        defer { try? FileManager.default.removeItem(atPath: root) }
        for files in [["../x"], ["manifest.json"], ["a", "a"], ["report.json"]] {
            await #expect(throws: ReportsError.self) {
                try await ReportFolder(root: root).write(
                    .sample, further: { () in files.map { ReportFile($0, []) } }, run: run)
            }
        }
        #expect(!FileManager.default.fileExists(atPath: root + "/x"))
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to mount a small file system"))
    func `a full or read-only disk leaves the old report intact`() async throws {
        defer { try? FileManager.default.removeItem(atPath: root) }
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        guard try shell("mount -t tmpfs -o size=128k tmpfs .", in: root).status == 0 else { return }
        defer { _ = try? shell("umount -l '\(root)'", in: "/") }
        let folder = ReportFolder(root: root)
        let receipt = try await folder.write(.sample, run: run)
        let before = try shell("sha256sum *", in: receipt.path).output
        var second = run
        second.runID = "6f0c3a52-94d5-4f0e-8a52-1c4d1a2b3c4d"
        let large = ReportFile("rows.csv", [UInt8](repeating: 65, count: 400_000))
        await #expect(throws: ReportsError.self) {
            try await folder.write(.sample, further: { () in [large] }, run: second)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/revalidate").count == 1)
        _ = try shell("mount -o remount,ro '\(root)'", in: "/")
        await #expect(throws: ReportsError.self) { try await folder.write(.sample, run: second) }
        #expect(try shell("sha256sum *", in: receipt.path).output == before)
    }
}

import Batch
import Foundation
import TestSupport
import Testing

/// What `jobs/` gives a plain host and a container: names, exit codes and secrets as everywhere else.
@Suite struct JobsHostTests {
    private static func read(_ name: String) throws -> String {
        try String(contentsOfFile: Repository.path("jobs/\(name)"), encoding: .utf8)
    }

    /// The services' names, without their ending.
    private static let units =
        ((try? FileManager.default.contentsOfDirectory(atPath: Repository.path("jobs/systemd"))) ?? [])
        .filter { $0.hasSuffix(".service") }.map { String($0.dropLast(8)) }.sorted()

    /// Settings of a unit file; one that stands there several times gives several values.
    private static func settings(_ file: String) throws -> [String: [String]] {
        let lines = try read("systemd/" + file).split(separator: "\n").filter { !$0.hasPrefix("#") && $0.contains("=") }
        let pairs = lines.map { $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false) }
        return Dictionary(grouping: pairs, by: { String($0[0]) }).mapValues { $0.map { String($0[1]) } }
    }

    // MARK: the environment that the jobs share

    @Test func `the shared environment names files and no secret, and only settings of the suite`() throws {
        let lines = try Self.read("environment").split(separator: "\n").map(String.init)
        let settings = lines.filter { $0.firstMatch(of: /^#?[A-Z_]+=/) != nil }
        #expect(settings.count >= 5)
        for line in settings {
            let pair = line.drop { $0 == "#" }.split(separator: "=", maxSplits: 1)
            let name = String(pair[0])
            #expect(name == "SWIFT_BACKTRACE" || SuiteVariables.all.contains(name), "\(name)")
            #expect(!SuiteVariables.secret.contains(name), "\(name) is a secret itself")
            #expect(!name.hasSuffix("_FILE") || pair[1].hasPrefix("/etc/byok/"), "\(line)")
        }
        for line in lines where !settings.contains(line) { #expect(line.hasPrefix("#"), "\(line)") }
    }

    /// cron's shell: what it sources must reach the job.
    @Test func `what the crontab runs has the shared environment and its own database`() throws {
        for entry in JobsTimetable.entries {
            let command = entry.command
                .replacing("/etc/byok/environment", with: Repository.path("jobs/environment"))
                .replacing("exec \(entry.job)", with: "exec env #")
            let finished = try Subprocess.run("/bin/sh", ["-c", command])
            #expect(finished.status == 0, "\(finished.stderr)")
            #expect(finished.stdout.contains("DATABASE_URL_FILE=/etc/byok/\(entry.job).url\n"))
            for line in ["SWIFT_BACKTRACE=enable=no", "BYOK_MASTER_KEYS_FILE=/etc/byok/master-keys"] {
                #expect(try finished.stdout.contains(line + "\n") == Self.opensKeys(entry.job), "\(entry.job): \(line)")
            }
        }
    }

    @Test func `what README installs is found by cron and may be entered by the jobs' user`() throws {
        let readme = try String(contentsOfFile: Repository.path("README.md"), encoding: .utf8)
        let crontab = try Self.read("crontab")
        let place = try #require(readme.firstMatch(of: /install -m 0755 .* ([^ ]+)\/\n/)).output.1
        #expect(crontab.contains("\nPATH=\(place):"))
        for text in [readme, try Self.read("environment"), try Self.read("systemd/revalidate.service")] {
            #expect(text.contains("install -d -m 0750 -g byok /etc/byok\n"))
        }
    }

    /// As the job's manifest says it.
    private static func opensKeys(_ job: String) throws -> Bool {
        try read(job + ".yaml").contains("BYOK_MASTER_KEYS_FILE")
    }

    // MARK: systemd

    /// `17 * * * *` as systemd writes it.
    private static func calendar(_ schedule: String) throws -> String {
        let fields = schedule.split(separator: " ").map(String.init)
        try #require(fields.count == 5 && fields[3] == "*" && fields[4] == "*")
        func two(_ field: String) -> String { field == "*" || field.count == 2 ? field : "0" + field }
        return "*-*-\(two(fields[2])) \(two(fields[1])):\(two(fields[0])):00 UTC"
    }

    @Test func `every job of the crontab has a timer at the same minute, and nothing else has`() throws {
        #expect(Self.units == JobsTimetable.entries.map(\.job).sorted())
        for entry in JobsTimetable.entries {
            let timer = try Self.settings(entry.job + ".timer")
            #expect(timer["OnCalendar"] == [try Self.calendar(entry.schedule)])
            #expect(timer["Persistent"] == ["yes"] || timer["Persistent"] == ["true"])
            #expect(timer["WantedBy"] == ["timers.target"])
        }
    }

    @Test(arguments: units) func `a service knows the exit codes, its command and its bounds`(name: String) throws {
        let service = try Self.settings(name + ".service")
        let entry = try #require(JobsTimetable.entries.first { $0.job == name })
        let command = try #require(service["ExecStart"]?.first)
        #expect(
            entry.command.hasSuffix(command.replacing("/usr/local/bin/", with: "exec ")), "another command than cron's")

        // An hourly job that was stopped goes on by itself; a monthly one is started again.
        let isHourly = entry.schedule.split(separator: " ")[1] == "*"
        let fine: Set<Int32> = isHourly ? [75] : []
        #expect(service["SuccessExitStatus"] == (isHourly ? ["75"] : nil))
        #expect(service["Restart"] == ["on-failure"])
        let final = ExitStatus.allCases.filter { !$0.isWorthRetrying && $0 != .done }.map(\.rawValue).sorted()
        let prevented = service["RestartPreventExitStatus"]?.first?.split(separator: " ").compactMap { Int32($0) }
        #expect(prevented == final)
        let retried = Set(ExitStatus.allCases.filter(\.isWorthRetrying).map(\.rawValue)).subtracting(fine)
        #expect(retried == (isHourly ? [69, 74] : [69, 74, 75]), "what is tried again is what time can heal")

        #expect(service["Type"] == ["oneshot"])
        #expect(service["User"] == ["byok"])
        #expect(service["EnvironmentFile"] == (try Self.opensKeys(name) ? ["/etc/byok/environment"] : nil))
        #expect(service["Environment"]?.contains("SWIFT_BACKTRACE=enable=no") == true)
        #expect(service["Environment"]?.contains("DATABASE_URL_FILE=/etc/byok/\(name).url") == true)
        #expect(service["LimitCORE"] == ["0"])
        #expect(service["NoNewPrivileges"] == ["yes"])
        #expect(service["StateDirectoryMode"] == ["0700"])
        let longest = try #require(command.firstMatch(of: /--max-duration ([0-9]+)m/).flatMap { Int($0.output.1) })
        #expect(service["TimeoutStartSec"] == ["\(longest + 8)min"])
    }

    private static let analyzer = "/usr/bin/systemd-analyze"

    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: analyzer), "systemd-analyze is not here: not verified"),
        arguments: units)
    func `systemd finds nothing wrong with a unit`(name: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "byok-units-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let built = Repository.products.appending(path: name).path
        for kind in ["service", "timer"] {
            let text = try Self.read("systemd/\(name).\(kind)").replacing("/usr/local/bin/\(name)", with: built)
            try Data(text.utf8).write(to: folder.appending(path: "\(name).\(kind)"))
        }
        func verified() throws -> String {
            let finished = try Subprocess.run(
                Self.analyzer,
                ["verify", "--man=no"] + ["service", "timer"].map { folder.appending(path: "\(name).\($0)").path })
            return finished.stdout + finished.stderr + (finished.status == 0 ? "" : "status \(finished.status)")
        }
        #expect(try verified() == "")
        // It tells only what it knows, so it must know something.
        let broken = try Self.read("systemd/\(name).service").replacing("RestartSec=", with: "RestatSec=")
        try Data(broken.replacing("/usr/local/bin/\(name)", with: built).utf8).write(
            to: folder.appending(path: "\(name).service"))
        #expect(try verified().contains("RestatSec"))
    }

    // MARK: the image

    @Test func `the image builds every executable, and holds nothing that builds`() throws {
        let text = try Self.read("Containerfile")
        let stages = text.split(separator: "\nFROM ").dropFirst().map(String.init)
        #expect(stages.count == 2)
        let (build, image) = (try #require(stages.first), try #require(stages.last))
        let package = try String(contentsOfFile: Repository.path("Package.swift"), encoding: .utf8)
        let products = package.matches(of: /\.executable\(name: "([a-z-]+)"/).map { String($0.output.1) }
        #expect(products.count >= 2)
        for product in products {
            #expect(
                build.contains("-c release --traits Compression --static-swift-stdlib --product \(product)"),
                "\(product) is not built")
            #expect(image.contains("/source/.build/release/\(product) "), "\(product) is not in the image")
        }
        let installed = image.firstMatch(of: /install -y --no-install-recommends ([^\\]+)/)
        let packages = installed.map {
            $0.output.1.split(separator: " ").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        #expect(
            packages?.filter { !$0.isEmpty } == [
                "libpq5", "libssl3", "libcurl4", "zlib1g", "libzstd1", "ca-certificates",
            ])
        #expect(!image.contains("swift:"))
    }

    @Test func `the image runs as the manifests' user, without crash reports and without a secret`() throws {
        let text = try Self.read("Containerfile")
        #expect(text.contains("\nENV SWIFT_BACKTRACE=enable=no\n"))
        let manifest = try Self.read("revalidate.yaml")
        let user = try #require(manifest.firstMatch(of: /runAsUser: ([0-9]+)/)).output.1
        #expect(text.contains("\nUSER \(user):\(user)\n"))
        #expect(text.matches(of: #/\n(?:ENV|ARG) /#).count == 1)
        #expect(!text.contains("BYOK_"))
        // What is copied has no reports, no demo and no build folder in it.
        let copied = text.matches(of: /\nCOPY (?!--from)([^\n]+)/).map { String($0.output.1) }
        #expect(copied == ["Package.swift ./", "Sources Sources", "Tests Tests"])
    }
}

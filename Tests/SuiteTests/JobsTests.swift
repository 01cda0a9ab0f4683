import Batch
import Foundation
import TestSupport
import Testing

@Suite(
    .enabled(if: ManifestValue.isReadable, "python3 with its module yaml is not here: run scripts/bootstrap --tests"))
struct JobsManifestTests {
    private static let manifests =
        ((try? FileManager.default.contentsOfDirectory(atPath: Repository.path("jobs"))) ?? [])
        .filter { $0.hasSuffix(".yaml") }.sorted()

    @Test(arguments: manifests) func `a manifest keeps every rule`(name: String) throws {
        let text = try String(contentsOfFile: Repository.path("jobs/\(name)"), encoding: .utf8)

        #expect(try JobsRules(manifest: .read(text)).faults == [])
    }

    /// Each fault was accepted by a validator that knows only types and required fields.
    @Test(arguments: [
        ("name: revalidate\n", "name: \(String(repeating: "r", count: 53))\n"),
        ("\"17 * * * *\"", "\"61 * * * *\""), ("\"17 * * * *\"", "\"CRON_TZ=UTC 17 * * * *\""),
        ("\"17 * * * *\"", "\"17 * * *\""), ("Etc/UTC", "Mars/Olympus"), ("timeZone: Etc/UTC", "suspend: false"),
        ("concurrencyPolicy", "concurencyPolicy"), ("Forbid", "forbid"), ("Seconds: 1800", "Seconds: 5"),
        ("Seconds: 1800", "Seconds: -1"), ("restartPolicy: Never", "restartPolicy: OnFailure"),
        ("[1, 64, 65, 70, 77, 78]", "[0, 1, 64, 65, 70, 77, 78]"),
        ("[1, 64, 65, 70, 77, 78]", "[64, 1, 65, 70, 77, 78]"),
        ("[1, 64, 65, 70, 77, 78]", "[1, 64, 65, 70, 75, 77, 78]"),
        ("[1, 64, 65, 70, 77, 78]", "[1, 64, 65, 70, 77, 300]"),
        ("[1, 64, 65, 70, 77, 78]", "[1, 64, 64, 65, 70, 77, 78]"), ("[1, 64, 65, 70, 77, 78]", "[1, 64, 65, 70, 77]"),
        ("containerName: revalidate", "containerName: other"), ("podReplacementPolicy: Failed", "suspend: false"),
        ("activeDeadlineSeconds: 3300", "activeDeadlineSeconds: 3000"), ("backoffLimit: 3", "backoffLimit: \"3\""),
        ("PeriodSeconds: 60", "PeriodSeconds: -1"), ("runAsNonRoot: true", "runAsNonRoot: false"),
        ("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"), ("drop: [ALL]", "drop: [NET_RAW]"),
        ("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"), ("RuntimeDefault", "Unconfined"),
        ("value: enable=no", "value: enable=yes"), ("@sha256:0", ":latest0"),
        ("limits: { memory: 128Mi", "limits: { memory: 256Mi"), ("memory: 128Mi", "memory: 128MB"),
        ("{ name: secrets, mountPath", "{ name: secret, mountPath"), ("defaultMode: 0440", "defaultMode: 0444"),
        ("name: BYOK_SCAN_KEY_FILE", "name: BYOK_SCAN_KEY"), ("name: DATABASE_URL_FILE", "name: DATABASE_URL"),
        ("value: enable=no", "value: true"), ("name: BYOK_SCAN_KEY_FILE", "name: PGPASSFILE"),
        ("/run/secrets/byok/scan-key", "/etc/scan-key"),
    ]) func `a broken manifest is noticed`(whole: String, broken: String) throws {
        let text = try String(contentsOfFile: Repository.path("jobs/revalidate.yaml"), encoding: .utf8)
        try #require(text.contains(whole))

        #expect(try JobsRules(manifest: .read(text.replacing(whole, with: broken))).faults != [])
    }

    @Test(arguments: [
        ("suspend: true", "suspend: false"), ("completionMode: Indexed", "completionMode: NonIndexed"),
        ("parallelism: 4", "parallelism: 3"), ("completions: 4", "completions: 8"),
        ("--shard=/4", "--shard=0/4"), ("--shard=/4", "--shard=/8"),
        ("backoffLimitPerIndex: 3", "ttlSecondsAfterFinished: 3"),
        ("kind: Job", "kind: Pod"), ("command: [rotate-master]", "command: [revalidate]"),
        ("  name: rotate-master-sharded\n", "  name: sharded\n"),
        ("[1, 64, 70, 77, 78]", "[1, 64, 70, 75, 77, 78]"), ("[1, 64, 70, 77, 78]", "[1, 64, 65, 70, 77, 78]"),
        ("action: FailIndex", "action: FailJob"),
    ]) func `a broken Indexed Job is noticed`(whole: String, broken: String) throws {
        let text = try String(contentsOfFile: Repository.path("jobs/rotate-master-sharded.yaml"), encoding: .utf8)
        try #require(text.contains(whole))

        #expect(try JobsRules(manifest: .read(text.replacing(whole, with: broken))).faults != [])
    }

    @Test func `a rotation starts when a person starts it, not when its manifest is applied`() throws {
        let text = try String(contentsOfFile: Repository.path("jobs/rotate-master.yaml"), encoding: .utf8)
        try #require(text.contains("suspend: true"))

        #expect(
            try JobsRules(manifest: .read(text.replacing("suspend: true", with: "suspend: false"))).faults
                == ["not suspended"])
    }

    @Test func `cron and Kubernetes run a job at the same minutes`() throws {
        for entry in JobsTimetable.entries {
            let path = Repository.path("jobs/\(entry.job).yaml")
            let manifest = try ManifestValue.read(String(contentsOfFile: path, encoding: .utf8))

            #expect(manifest["spec", "schedule"].text == entry.schedule)
        }
    }
}

@Suite struct JobsTests {
    @Test func `every line of the crontab is five fields, a user and a job`() {
        #expect(!JobsTimetable.entries.isEmpty)
        for entry in JobsTimetable.entries {
            #expect(JobsSchedule.isValid(entry.schedule))
            #expect(entry.user == "byok")
            #expect(FileManager.default.fileExists(atPath: Repository.path("Sources/\(entry.job)")))
            #expect(!entry.command.contains("%"), "cron makes a line end of it")
        }
    }

    @Test func `the crontab promises no time zone, and no trace of a crash`() {
        #expect(JobsTimetable.assignments == ["SWIFT_BACKTRACE=enable=no", "PATH=/usr/local/bin:/usr/bin:/bin"])
    }

    @Test func `a schedule outside of its bounds is refused`() {
        for schedule in [
            "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "5-1 * * * *", "*/0 * * * *",
        ] {
            #expect(!JobsSchedule.isValid(schedule))
        }
        #expect(JobsSchedule.isValid("*/15 0-6,22 1 * 1-5"))
    }

    @Test func `the page of the jobs lists every exit code, and says of each whether it is tried again`() throws {
        let page = try String(contentsOfFile: Repository.path("jobs/README.md"), encoding: .utf8)
        let rows = page.split(separator: "\n").map {
            $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let retried = Dictionary(
            rows.compactMap { row in row.count == 4 ? Int32(row[0]).map { ($0, row[2].hasPrefix("retry")) } : nil },
            uniquingKeysWith: { first, _ in first })

        #expect(
            retried == Dictionary(uniqueKeysWithValues: ExitStatus.allCases.map { ($0.rawValue, $0.isWorthRetrying) }))
    }
}

/// `jobs/crontab`, line by line.
enum JobsTimetable {
    struct Entry {
        let schedule: String
        let user: String
        let command: String

        /// The word behind `exec`.
        var job: String { command.firstMatch(of: /exec (\S+)/).map { String($0.1) } ?? "" }
    }

    private static let lines =
        ((try? String(contentsOfFile: Repository.path("jobs/crontab"), encoding: .utf8)) ?? "")
        .split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }

    static let assignments = lines.filter { $0.contains(/^[A-Z_]+=/) }

    static let entries = lines.filter { !$0.contains(/^[A-Z_]+=/) }.map { line in
        let words = line.split(separator: " ")
        return Entry(
            schedule: words.prefix(5).joined(separator: " "), user: words.count > 5 ? String(words[5]) : "",
            command: words.dropFirst(6).joined(separator: " "))
    }
}

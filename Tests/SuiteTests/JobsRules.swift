import Batch
import Foundation

/// What a CronJob of the suite, or an Indexed Job that shares its work out, must say. A Kubernetes API server refuses most of the faults found here, and
/// validators without one find few; the rest would be accepted and never work.
struct JobsRules {
    let manifest: ManifestValue

    private var spec: ManifestValue { manifest["spec"] }
    private var isCronJob: Bool { manifest["kind"].text == "CronJob" }
    private var job: ManifestValue { isCronJob ? spec["jobTemplate", "spec"] : spec }
    /// The executable.
    private var program: String { manifest["metadata", "labels", "app.kubernetes.io/name"].text ?? "" }
    private var pod: ManifestValue { job["template", "spec"] }
    private var container: ManifestValue { pod["containers"].list.first ?? .null }

    /// In words, one line a fault.
    var faults: [String] {
        (fieldFaults + (isCronJob ? timetableFaults : sharingFaults) + onDemandFaults + jobFaults + policyFaults
            + podFaults + containerFaults + secretFaults
            + volumeFaults)
    }

    private func check(_ rules: KeyValuePairs<String, Bool>) -> [String] { rules.filter { !$0.value }.map(\.key) }

    private var timetableFaults: [String] {
        check([
            "schedule": JobsSchedule.isValid(spec["schedule"].text ?? ""),
            "timeZone": spec["timeZone"].text.flatMap(TimeZone.init(identifier:)) != nil,
            "concurrencyPolicy": spec["concurrencyPolicy"].text == "Forbid",
            "startingDeadlineSeconds": (spec["startingDeadlineSeconds"].number ?? 0) >= 10,
        ])
    }

    /// Every index its own part, and all of them at once: the fence waits for the last.
    private var sharingFaults: [String] {
        let completions = job["completions"].number ?? 0
        let shards = container["args"].list.compactMap(\.text).first { $0.hasPrefix("--shard=") }
        return check([
            "kind": manifest["kind"].text == "Job",
            "completionMode": job["completionMode"].text == "Indexed",
            "fewer than two shards": completions >= 2,
            "some shards wait for others to end": job["parallelism"].number == completions,
            "a failed shard is not tried again by itself": (job["backoffLimitPerIndex"].number ?? -1) >= 0,
            "the shards are not the indexes": shards == "--shard=/\(completions)",
        ])
    }

    /// What a person starts must not start by being applied.
    private var onDemandFaults: [String] {
        let name = manifest["metadata", "name"].text ?? ""
        return check([
            "apiVersion": manifest["apiVersion"].text == "batch/v1",
            "the name leaves no room for a Job's suffix": name.count <= 52 && !name.isEmpty,
            "the name is not the program's": !program.isEmpty && name.hasPrefix(program),
            "not suspended": program != "rotate-master" || spec["suspend"].isTrue,
        ])
    }

    private var jobFaults: [String] {
        let deadline = job["activeDeadlineSeconds"].number ?? 0
        let grace = pod["terminationGracePeriodSeconds"].number ?? -1
        return check([
            "backoffLimit": (job["backoffLimit"].number ?? -1) >= 0 || !isCronJob,
            "activeDeadlineSeconds": deadline > 0,
            "a run that stops by itself must do so before it is stopped": maximumDuration.map { $0 < deadline }
                ?? false,
            "podReplacementPolicy": job["podReplacementPolicy"].text == "Failed",
            "restartPolicy": pod["restartPolicy"].text == "Never",
            "terminationGracePeriodSeconds": grace >= 30,
        ])
    }

    /// `--max-duration=50m`, in seconds.
    private var maximumDuration: Int? {
        let flag = "--max-duration="
        let text = container["args"].list.compactMap(\.text).first { $0.hasPrefix(flag) }?.dropFirst(flag.count)
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600]
        guard let text, let unit = text.last.flatMap({ units[$0] }), let count = Int(text.dropLast()) else {
            return nil
        }
        return count * unit
    }

    private var policyFaults: [String] {
        let rules = job["podFailurePolicy", "rules"].list
        let exits = rules.filter { $0["onExitCodes"] != .null }
        let codes = exits.flatMap { $0["onExitCodes", "values"].list }.map { $0.number ?? -1 }
        let final = ExitStatus.allCases.filter { !$0.isWorthRetrying && $0 != .done }.map { Int($0.rawValue) }
        return check([
            "exit codes are unsorted or doubled": codes.count == Set(codes).count
                && exits.allSatisfy { rule in
                    let listed = rule["onExitCodes", "values"].list.map { $0.number ?? -1 }
                    return listed == listed.sorted()
                },
            "an exit code can never match": codes.allSatisfy((1...255).contains),
            "the codes that want a person are other ones": Set(codes) == Set(final),
            "an exit code rule does not fail the job": exits.allSatisfy {
                $0["action"].text == (endsItsPartOnly($0) ? "FailIndex" : "FailJob")
                    && $0["onExitCodes", "operator"].text == "In"
            },
            "rows set aside by one shard end the others": !isSharedOut || exits.contains(where: endsItsPartOnly),
            "a rule names another container": exits.allSatisfy {
                $0["onExitCodes", "containerName"].text == container["name"].text
            },
            "a disruption counts as a failure": rules.contains {
                $0["action"].text == "Ignore"
                    && $0["onPodConditions"].list.contains { $0["type"].text == "DisruptionTarget" }
            },
        ])
    }

    private var isSharedOut: Bool { !isCronJob }

    /// A shard that set rows aside has done its part all the same.
    private func endsItsPartOnly(_ rule: ManifestValue) -> Bool {
        isSharedOut && rule["onExitCodes", "values"].list.map(\.number) == [Int(ExitStatus.quarantined.rawValue)]
    }

    private var podFaults: [String] {
        check([
            "automountServiceAccountToken": pod["automountServiceAccountToken"] == .truth(false),
            "enableServiceLinks": pod["enableServiceLinks"] == .truth(false),
            "runAsNonRoot": pod["securityContext", "runAsNonRoot"].isTrue,
            "runAsUser": (pod["securityContext", "runAsUser"].number ?? 0) >= 10_000,
            "seccompProfile": pod["securityContext", "seccompProfile", "type"].text == "RuntimeDefault",
            "one container": pod["containers"].list.count == 1,
        ])
    }

    private var containerFaults: [String] {
        let resources = container["resources"]
        let memory = resources["limits", "memory"].text ?? ""
        return check([
            "image without a digest": (container["image"].text ?? "").contains(/@sha256:[0-9a-f]{64}$/),
            "allowPrivilegeEscalation": container["securityContext", "allowPrivilegeEscalation"] == .truth(false),
            "readOnlyRootFilesystem": container["securityContext", "readOnlyRootFilesystem"].isTrue,
            "capabilities": container["securityContext", "capabilities", "drop"] == .list([.text("ALL")]),
            "memory request and limit differ": resources["requests", "memory"].text == memory,
            "memory": memory.wholeMatch(of: /[1-9][0-9]*(Ki|Mi|Gi)/) != nil,
            "cpu request": resources["requests", "cpu"].text != nil,
            "ephemeral-storage": resources["limits", "ephemeral-storage"].text != nil,
            "the command is another one": container["command"].list.first?.text == program,
        ])
    }
}

extension JobsRules {
    private var variables: [String: ManifestValue] {
        Dictionary(
            container["env"].list.map { ($0["name"].text ?? "", $0["value"]) }, uniquingKeysWith: { first, _ in first })
    }

    /// A secret reaches a job as a file; no file of a volume with `fsGroup` serves as libpq's password file.
    fileprivate var secretFaults: [String] {
        let secret = /KEYS?$|PASSWORD$|TOKEN$|^DATABASE_URL$|SECRET/
        let entries = container["env"].list
        let files = variables.filter { $0.key.hasSuffix("_FILE") }.values
        let folders = container["volumeMounts"].list.compactMap { $0["mountPath"].text }
        return check([
            "SWIFT_BACKTRACE": variables["SWIFT_BACKTRACE"]?.text == "enable=no",
            "a variable is set twice": variables.count == entries.count,
            "a value is not text": variables.values.allSatisfy { $0.text != nil },
            "a secret in a variable": !variables.keys.contains { $0.contains(secret) }
                && !variables.values.contains { ($0.text ?? "").contains(/:\/\/[^\/]*:[^\/]*@/) },
            "PGPASSFILE": variables["PGPASSFILE"] == nil,
            "master keys for a job that cannot decrypt, or none for one that must":
                (variables["BYOK_MASTER_KEYS_FILE"] != nil)
                == !["audit-scan", "savings-report"].contains(manifest["metadata", "name"].text),
            "no database": variables["DATABASE_URL_FILE"] != nil,
            "a test's base URL": !variables.keys.contains { $0.contains(/^BYOK_[A-Z]+_URL$/) },
            "a secret's file lies in no volume": files.allSatisfy { file in
                folders.contains { (file.text ?? "").hasPrefix($0 + "/") }
            },
        ])
    }

    fileprivate var volumeFaults: [String] {
        let volumes = pod["volumes"].list
        let names = volumes.compactMap { $0["name"].text }
        let mounts = container["volumeMounts"].list
        let secrets = volumes.filter { $0["secret"] != .null }
        return check([
            "volumes and mounts differ": names.sorted() == mounts.compactMap { $0["name"].text }.sorted(),
            "two volumes of a name": Set(names).count == names.count,
            "a secret open to others": secrets.allSatisfy { $0["secret", "defaultMode"].number == 0o440 },
            "a secret mounted for writing": secrets.allSatisfy { secret in
                mounts.contains { $0["name"] == secret["name"] && $0["readOnly"].isTrue }
            },
            "a folder in memory without a bound": volumes.allSatisfy {
                $0["emptyDir"] == .null || $0["emptyDir", "sizeLimit"].text != nil
            },
        ])
    }

    /// A misspelt field is dropped without a word by lenient clients.
    fileprivate var fieldFaults: [String] {
        let known: KeyValuePairs<String, (ManifestValue, Set<String>)> = [
            "spec": (
                isCronJob ? spec : .null,
                [
                    "schedule", "timeZone", "concurrencyPolicy", "startingDeadlineSeconds", "suspend", "jobTemplate",
                    "successfulJobsHistoryLimit", "failedJobsHistoryLimit",
                ]
            ),
            "job": (
                job,
                [
                    "backoffLimit", "activeDeadlineSeconds", "podReplacementPolicy", "podFailurePolicy", "template",
                    "ttlSecondsAfterFinished", "completionMode", "completions", "parallelism",
                    "backoffLimitPerIndex", "maxFailedIndexes", "suspend",
                ]
            ),
            "pod": (
                pod,
                [
                    "restartPolicy", "terminationGracePeriodSeconds", "automountServiceAccountToken",
                    "enableServiceLinks", "securityContext", "containers", "volumes", "priorityClassName",
                ]
            ),
            "container": (
                container,
                [
                    "name", "image", "imagePullPolicy", "command", "args", "env", "securityContext", "resources",
                    "volumeMounts",
                ]
            ),
        ]
        return known.flatMap { place, pair in
            pair.0.keys.filter { !pair.1.contains($0) }.map { "\(place) has an unknown field \($0)" }
        }
    }
}

import Batch
import KeySettings
import Postgres
import Providers
import System

/// The settings that hold nothing secret, and where reports go.
struct DoctorSettings {
    let job: DoctorJob
    /// What is needed to reach the database, or why it cannot be tried.
    let connection: Result<ConnectionSettings, JobFailure>
    private let common: Result<CommonSettings, SettingError>

    init(job: DoctorJob, reportDir: String?, database: DatabaseFlags) {
        self.job = job
        let environment = EnvironmentVariables(reading: CommonSettings.variables)
        self.common = Result { () throws(SettingError) in
            try CommonSettings(reportDir: reportDir, in: environment)
        }
        connection = Result { () throws(JobFailure) in try database.settings(for: "byok-doctor") }
    }

    func checks() -> [DoctorCheck] {
        var checks = [settings()]
        if job.asksProviders { checks.append(providerAddresses()) }
        if job.writesReports { checks.append(reportFolder()) }
        return checks
    }

    private func settings() -> DoctorCheck {
        let why: LogMessage = "a job with a setting it cannot read does not start"
        do throws(SettingError) {
            _ = try common.get()
            if job == .revalidate { try readDurations() }
        } catch { return .fail("settings", JobFailure(error), why: why) }
        return .pass("settings", "every setting that is set can be read")
    }

    /// What `revalidate` declares itself; only their form is looked at.
    private func readDurations() throws(SettingError) {
        let names: [StaticString] = [
            "BYOK_CONFIRM_AFTER", "BYOK_CONFIRM_AFTER_SLOW", "BYOK_RECHECK_AFTER", "BYOK_RECONNECT_BUDGET",
        ]
        let environment = EnvironmentVariables(reading: names.map(\.description))
        for name in names {
            _ = try Setting<Duration>.duration(name, help: "a duration").optionalValue(in: environment)
        }
    }

    private func providerAddresses() -> DoctorCheck {
        let why: LogMessage = "keys are sent to their provider's own host only"
        do throws(JobFailure) {
            let origins = try ProviderOrigins.configured()
            return .pass(
                "provider-urls", origins.namesTestServers ? "loopback addresses, for tests" : "the real hosts")
        } catch { return .fail("provider-urls", error, why: why) }
    }

    private func reportFolder() -> DoctorCheck {
        guard case .success(let common) = common else {
            return .notDecided(
                "report-folder", why: "the settings cannot be read", mend: "mend the line 'settings' first")
        }
        return Self.reportFolder(common.reportFolder)
    }

    static func reportFolder(_ path: String) -> DoctorCheck {
        let place = PlaceName(path)
        let why: LogMessage = "reports name users and keys, and are for their reader only"
        switch FolderState.of(path) {
        case .ready: return .pass("report-folder", "\(place) is ours alone to write in")
        case .canBeMade: return .pass("report-folder", "\(place) will be made, private, by the first run")
        case .writableByOthers:
            return .fail(
                "report-folder", .notPermitted, "\(place) can be written by others", why: why,
                mend: "chmod 0700 \(place)")
        case .symbolicLink:
            return .fail(
                "report-folder", .misconfigured, "\(place) is a symbolic link, which is not followed", why: why,
                mend: "name the real place with --report-dir")
        case .notAFolder:
            return .fail(
                "report-folder", .misconfigured, "\(place) is not a folder", why: why,
                mend: "name a folder with --report-dir")
        case .notWritable:
            return .fail(
                "report-folder", .notPermitted, "\(place) cannot be written", why: why,
                mend: "give the job's user a folder of its own")
        }
    }
}

import Batch
import HTTPS
import Providers
import System
import Vault

/// The lanes of a run side by side, and what they share.
struct Course: Sendable {
    /// Requests on their way when a run is asked to stop may take so long to end.
    private static let stopBudget: Duration = .seconds(30)

    let run: Run
    let settings: RevalidateSettings
    let database: Database
    let preflight: Preflight
    let report: RunReport
    let opener: KeyOpener
    let ledger: Ledger
    let halt: Halt
    let keysInHand = KeysInHand()
    let controls: [Provider: ControlGroup]
    /// Of the master keys that this process was given.
    let heldVersions: [Int]
    private let client: HTTPSClient
    private let check: KeyCheck

    init(
        _ run: Run, _ settings: RevalidateSettings, _ secrets: RunSecrets, _ database: Database, _ preflight: Preflight,
        _ report: RunReport
    ) throws(JobFailure) {
        self.run = run
        self.settings = settings
        self.database = database
        self.preflight = preflight
        self.report = report
        heldVersions = secrets.keyring.versions.map { Int($0.rawValue) }
        opener = try KeyOpener(secrets.keyring, secrets.scanKey)
        let due = settings.providers.reduce(0) { $0 + (preflight.due[$1] ?? 0) }
        let ledger = Ledger(run.progress("keys", total: settings.limit.map { min($0, due) } ?? due))
        let halt = Halt(run.stop)
        let widest = (settings.concurrency ?? 4) * settings.providers.count
        do {
            client = try HTTPSClient(ClientOptions(maximumIdleConnections: max(64, widest)))
        } catch {
            throw JobFailure(.broken, "libcurl could not be started")
        }
        let check = KeyCheck(
            client: client, origins: settings.origins, userAgent: "byok-revalidate/\(SuiteVersion.text)",
            pause: { duration in
                // A run that was asked to stop does not wait to ask once more.
                guard await halt.sleep(for: duration) else { throw CancellationError() }
            })
        controls = Dictionary(
            uniqueKeysWithValues: settings.providers.map { provider in
                (provider, ControlGroup(provider, secrets.canaries[provider], check, ledger))
            })
        self.check = check
        self.ledger = ledger
        self.halt = halt
    }

    /// Returns when every lane has come to its end, or what was left at a stop was given up.
    func travel(_ desk: any VerdictDesk) async {
        let lanes = Task { await runLanes(desk) }
        let watch = Task {
            while !halt.isMet, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(50)) }
            if !halt.cannotGoOn { try? await Task.sleep(for: Self.stopBudget) }
            lanes.cancel()
        }
        await lanes.value
        watch.cancel()
    }

    func closeConnections() async { await client.shutDown() }

    private func runLanes(_ desk: any VerdictDesk) async {
        let allowance = Allowance(settings.limit)
        await withTaskGroup(of: Void.self) { group in
            for provider in settings.providers where (preflight.due[provider] ?? 0) > 0 {
                guard let control = controls[provider] else { continue }
                let pages = DuePages(
                    provider, database, runID: run.id, cutOff: preflight.cutOff, allowance, keysInHand, halt)
                let polite = provider.politePace
                let pace = Pace(
                    concurrency: settings.concurrency ?? polite.concurrency,
                    spacing: settings.spacing ?? polite.spacing)
                let lane = Lane(pages, pace, opener, check, control, desk, ledger, run.log, halt)
                group.addTask { await lane.run() }
            }
        }
    }
}

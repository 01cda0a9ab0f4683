// swift-tools-version: 6.2
import PackageDescription

/// The compiler is the first reviewer: language mode 6, every warning an error.
let strictTests: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
]

/// Sources also mark every touch of C memory `unsafe`. Tests read C results and raw
/// bytes to prove what the sources promise, so they do without.
let strict = strictTests + [.strictMemorySafety()]

/// What is done to every byte takes a hundred times as long without it: tests that scan megabytes would crawl.
let optimized = SwiftSetting.unsafeFlags(["-O"], .when(configuration: .debug))

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")

let package = Package(
    name: "byok-maintenance",
    platforms: [.macOS(.v26)],
    products: [
        .executable(name: "byok", targets: ["byok"]),
        .executable(name: "revalidate", targets: ["revalidate"]),
        .executable(name: "rotate-master", targets: ["rotate-master"]),
        .executable(name: "savings-report", targets: ["savings-report"]),
        .executable(name: "audit-scan", targets: ["audit-scan"]),
    ],
    traits: [
        .trait(name: "Compression", description: "Reads .gz and .zst logs; needs zlib and libzstd.")
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    ],
    targets: [
        // ground: C libraries
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        // Our own: what the scanner does to every byte. Optimised in debug builds too, or its tests would crawl.
        .target(name: "CScan", cSettings: [.unsafeFlags(["-O2", "-Wno-psabi"])]),

        // floor 1
        .target(name: "Secrets", dependencies: ["COpenSSL"], swiftSettings: strict),
        .target(name: "System", dependencies: ["CLinux"], swiftSettings: strict),

        // floor 2
        .target(
            name: "Postgres", dependencies: ["CPostgres", "Secrets", "System"],
            resources: [.embedInCode("SQL/backend_process.sql")], swiftSettings: strict),
        .target(name: "HTTPS", dependencies: ["CCurl", "Secrets", "System"], swiftSettings: strict),
        .target(name: "Fingerprints", dependencies: ["Secrets", "System"], swiftSettings: strict + [optimized]),
        .target(
            name: "Reports", dependencies: ["Secrets", "System", mustache],
            resources: [
                .embedInCode("Templates/report.mustache"), .embedInCode("Templates/index.mustache"),
                .embedInCode("Templates/style.css"),
            ],
            swiftSettings: strict),

        // floor 3
        .target(
            name: "Vault", dependencies: ["Postgres", "Secrets", "System"],
            resources: [
                .embedInCode("SQL/registered_master_keys.sql"), .embedInCode("SQL/reserve_seals.sql"),
            ],
            swiftSettings: strict),
        .target(
            name: "Providers", dependencies: ["HTTPS", "Secrets", "System", "Fingerprints"], swiftSettings: strict),
        .target(
            name: "Batch", dependencies: ["Postgres", "Reports", "Secrets", "System", argumentParser, logging],
            resources: [
                .embedInCode("SQL/acquire_lease.sql"), .embedInCode("SQL/renew_lease.sql"),
                .embedInCode("SQL/release_lease.sql"), .embedInCode("SQL/start_run.sql"),
                .embedInCode("SQL/finish_run.sql"), .embedInCode("SQL/record_audit.sql"),
                .embedInCode("SQL/is_operator.sql"), .embedInCode("SQL/previous_report.sql"),
            ],
            swiftSettings: strict),

        .target(
            name: "Scanner", dependencies: ["CScan", "Fingerprints", "Providers", "Secrets"],
            swiftSettings: strict + [optimized]),

        .target(
            name: "LogSources",
            dependencies: [
                .target(name: "CZlib", condition: .when(traits: ["Compression"])),
                .target(name: "CZstd", condition: .when(traits: ["Compression"])),
                "Scanner", "Secrets", "System",
            ],
            swiftSettings: strict + [optimized]),

        // between: what grew too large to be one job's own folder
        .target(
            name: "Rotation", dependencies: ["Postgres", "System", "Vault"], resources: [.embedInCode("SQL")],
            swiftSettings: strict),

        // floor 4: what jobs that open keys are configured with
        .target(
            name: "KeySettings", dependencies: ["Batch", "Fingerprints", "Providers", "Secrets", "System", "Vault"],
            swiftSettings: strict),

        // floor 5: the jobs
        .executableTarget(
            name: "byok",
            dependencies: [
                "Batch", "Fingerprints", "HTTPS", "KeySettings", "Postgres", "Providers", "Reports", "Secrets",
                "System", "Vault", argumentParser,
            ],
            resources: [.embedInCode("Migrations"), .embedInCode("SQL")],
            swiftSettings: strict),
        .executableTarget(
            name: "revalidate",
            dependencies: [
                "Batch", "Fingerprints", "HTTPS", "KeySettings", "Postgres", "Providers", "Reports", "Secrets",
                "System", "Vault", argumentParser,
            ],
            resources: [
                .embedInCode("SQL/approve_guard.sql"), .embedInCode("SQL/approve_past.sql"),
                .embedInCode("SQL/approve_stakes.sql"), .embedInCode("SQL/calendar.sql"),
                .embedInCode("SQL/disabled_keys.sql"), .embedInCode("SQL/due_counts.sql"),
                .embedInCode("SQL/due_keys.sql"), .embedInCode("SQL/due_rest.sql"),
                .embedInCode("SQL/explain_checks.sql"), .embedInCode("SQL/explain_events.sql"),
                .embedInCode("SQL/explain_key.sql"), .embedInCode("SQL/explain_mails.sql"),
                .embedInCode("SQL/guard_state.sql"), .embedInCode("SQL/installation.sql"),
                .embedInCode("SQL/locked_keys.sql"), .embedInCode("SQL/overdue_count.sql"),
                .embedInCode("SQL/put_fingerprints.sql"), .embedInCode("SQL/return_unanswered.sql"),
                .embedInCode("SQL/quarantine_key.sql"), .embedInCode("SQL/recorded_outcome.sql"),
                .embedInCode("SQL/run_books.sql"), .embedInCode("SQL/settle_checks.sql"),
                .embedInCode("SQL/status_backlog.sql"), .embedInCode("SQL/status_leases.sql"),
                .embedInCode("SQL/status_mails.sql"), .embedInCode("SQL/status_now.sql"),
                .embedInCode("SQL/status_pause.sql"), .embedInCode("SQL/status_runs.sql"),
                .embedInCode("SQL/status_suspected.sql"), .embedInCode("SQL/undo_preview.sql"),
                .embedInCode("SQL/undo_run.sql"), .embedInCode("SQL/undo_run_known.sql"),
                .embedInCode("SQL/undo_sent_mails.sql"), .embedInCode("SQL/tell_key_holder.sql"),
                .embedInCode("SQL/visible_keys.sql"),
            ],
            swiftSettings: strict),
        // No Vault: it cannot decrypt.
        .executableTarget(
            name: "savings-report",
            dependencies: ["Batch", "Postgres", "Reports", "Secrets", "System", argumentParser],
            resources: [
                .embedInCode("SQL/bills.sql"), .embedInCode("SQL/bounds.sql"), .embedInCode("SQL/claimed.sql"),
                .embedInCode("SQL/functions.sql"),
                .embedInCode("SQL/installation.sql"), .embedInCode("SQL/irregular.sql"),
                .embedInCode("SQL/prices.sql"), .embedInCode("SQL/savings_cells.sql"),
                .embedInCode("SQL/savings_ledger.sql"), .embedInCode("SQL/savings_parts.sql"),
                .embedInCode("SQL/token_prices.sql"), .embedInCode("SQL/unbalanced.sql"),
                .embedInCode("SQL/unplaced.sql"),
            ],
            swiftSettings: strict),

        .executableTarget(
            name: "rotate-master",
            dependencies: [
                "Batch", "Postgres", "Reports", "Rotation", "Secrets", "System", "Vault", argumentParser,
            ],
            resources: [.embedInCode("SQL")],
            swiftSettings: strict),

        .executableTarget(
            name: "audit-scan",
            dependencies: [
                "Batch", "Fingerprints", "LogSources", "Postgres", "Providers", "Reports", "Scanner", "Secrets",
                "System", argumentParser,
            ],
            resources: [
                .embedInCode("SQL/audit_end.sql"), .embedInCode("SQL/audit_rows.sql"),
                .embedInCode("SQL/copy_rows.sql"), .embedInCode("SQL/disable_leaked.sql"),
                .embedInCode("SQL/leaked_keys.sql"),
                .embedInCode("SQL/stored_counts.sql"), .embedInCode("SQL/stored_windows.sql"),
            ],
            swiftSettings: strict),

        // tests and what they stand on
        .target(
            name: "ScanCorpus", dependencies: ["Providers"], path: "Tests/ScanCorpus",
            swiftSettings: strictTests + [optimized]),
        .executableTarget(
            name: "scan-corpus",
            dependencies: ["Fingerprints", "Providers", "ScanCorpus", "Secrets", argumentParser],
            path: "Tests/ScanCorpusTool", swiftSettings: strictTests),
        .target(
            name: "TestSupport", dependencies: ["Postgres", "Secrets", "System"],
            path: "Tests/TestSupport", swiftSettings: strictTests),
        .target(
            name: "Planted", dependencies: ["Providers", "Secrets"], path: "Tests/Planted",
            swiftSettings: strictTests),
        .executableTarget(
            name: "provider-simulator", dependencies: ["HTTPS", "Planted", "Providers", argumentParser],
            path: "Tests/ProviderSimulator", swiftSettings: strictTests),
        .testTarget(name: "SecretsTests", dependencies: ["Secrets", "TestSupport"], swiftSettings: strictTests),
        .testTarget(name: "SystemTests", dependencies: ["System", "TestSupport"], swiftSettings: strictTests),
        .executableTarget(
            name: "postgres-fixture", dependencies: ["Postgres"],
            path: "Tests/PostgresFixture", swiftSettings: strictTests),
        .testTarget(
            name: "PostgresTests", dependencies: ["Postgres", "postgres-fixture", "Secrets", "TestSupport"],
            swiftSettings: strictTests),
        .testTarget(name: "HTTPSTests", dependencies: ["HTTPS", "Secrets", "TestSupport"], swiftSettings: strictTests),
        .testTarget(
            name: "FingerprintsTests", dependencies: ["Fingerprints", "Secrets", "TestSupport"],
            swiftSettings: strictTests),
        .testTarget(
            name: "ReportsTests", dependencies: ["Reports", "Secrets", "System", "TestSupport"],
            exclude: ["Expected"], swiftSettings: strictTests),
        .testTarget(
            name: "VaultTests", dependencies: ["Vault", "Postgres", "Secrets", "TestSupport"],
            swiftSettings: strictTests),
        .testTarget(
            name: "ProvidersTests",
            dependencies: ["Providers", "HTTPS", "ScanCorpus", "Secrets", "TestSupport", "provider-simulator"],
            swiftSettings: strictTests),
        .executableTarget(
            name: "batch-fixture", dependencies: ["Batch", "System", argumentParser],
            path: "Tests/BatchFixture", swiftSettings: strictTests),
        .testTarget(
            name: "BatchTests",
            dependencies: ["Batch", "batch-fixture", "Postgres", "System", "TestSupport", argumentParser],
            swiftSettings: strictTests),
        .testTarget(
            name: "ScannerTests",
            dependencies: ["Scanner", "CScan", "Fingerprints", "Providers", "ScanCorpus", "Secrets"],
            swiftSettings: strictTests + [optimized]),
        .testTarget(
            name: "LogSourcesTests",
            dependencies: [
                "Fingerprints", "LogSources", "Providers", "ScanCorpus", "Scanner", "Secrets", "TestSupport",
            ],
            swiftSettings: strictTests + [optimized]),
        .testTarget(
            name: "AuditScanTests",
            dependencies: ["audit-scan", "Fingerprints", "Providers", "ScanCorpus", "Secrets", "TestSupport"],
            exclude: ["Validators"], swiftSettings: strictTests),
        .executableTarget(
            name: "rotation-baseline", dependencies: ["Postgres"],
            path: "Tests/RotationBench",
            exclude: [
                "foreground_read.sql", "foreground_update.sql", "pgcrypto_prepare.sql", "pgcrypto_rotation.sql",
                "python_rotation.py",
            ],
            swiftSettings: strictTests),
        .testTarget(name: "SchemaTests", dependencies: ["Postgres", "TestSupport"], swiftSettings: strictTests),
        .testTarget(
            name: "ByokTests",
            dependencies: ["byok", "revalidate", "provider-simulator", "Planted", "Postgres", "TestSupport"],
            swiftSettings: strictTests),
        .testTarget(
            name: "RevalidateTests",
            dependencies: [
                "revalidate", "byok", "provider-simulator", "Batch", "Planted", "Postgres", "Providers", "Reports",
                "Secrets", "System", "TestSupport", "Vault",
            ],
            exclude: ["Expected"], swiftSettings: strictTests),
        .testTarget(
            name: "RotationTests", dependencies: ["Rotation", "TestSupport"], swiftSettings: strictTests),
        .testTarget(
            name: "RotateMasterTests",
            dependencies: [
                "rotate-master", "byok", "Batch", "Postgres", "Reports", "Rotation", "Secrets", "System",
                "TestSupport", "Vault",
            ],
            swiftSettings: strictTests),
        .testTarget(
            name: "SavingsReportTests",
            dependencies: [
                "savings-report", "Batch", "Postgres", "Reports", "Secrets", "System", "TestSupport",
            ],
            exclude: ["Validators"],
            swiftSettings: strictTests),
        .testTarget(
            name: "SuiteTests",
            dependencies: [
                "Batch", "Planted", "TestSupport", "byok", "revalidate", "rotate-master", "savings-report",
                "provider-simulator",
            ],
            swiftSettings: strictTests),
    ]
)

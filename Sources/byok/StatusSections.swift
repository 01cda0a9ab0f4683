extension StatusSection {
    /// In the order they are told.
    static let all: [StatusSection] = stored + running + around

    private static let stored = [
        StatusSection(
            "keys", PackageResources.status_keys_sql, empty: "no key is stored",
            [
                Column("provider", .text), Column("keys", .count), Column("unchecked", .count),
                Column("active", .count), Column("suspected", .count), Column("disabled", .count),
                Column("held", .count), Column("quarantined", .count),
            ]),
        StatusSection(
            "due", PackageResources.status_due_sql, empty: "nothing to check",
            [
                Column("provider", .text), Column("due", .count), Column("overdue", .count),
                Column("oldest_look", .time),
            ]),
        StatusSection(
            "suspected", PackageResources.status_suspected_sql, limit: 20,
            [
                Column("key_id", .id), Column("provider", .text), Column("prefix", .text), Column("label", .text),
                Column("first_refused_at", .time), Column("decided_at", .time),
            ]),
        StatusSection(
            "quarantined", PackageResources.status_quarantined_sql, limit: 20,
            [
                Column("key_id", .id), Column("provider", .text), Column("prefix", .text), Column("label", .text),
                Column("quarantined_at", .time), Column("reason", .text),
            ]),
    ]

    private static let running = [
        StatusSection(
            "runs", PackageResources.status_runs_sql, empty: "no job has run",
            [
                Column("job", .text), Column("shard", .text), Column("run_id", .id), Column("started_at", .time),
                Column("finished_at", .time), Column("exit", .count), Column("outcome", .text),
            ]),
        StatusSection(
            "leases", PackageResources.status_leases_sql,
            [
                Column("job", .text), Column("shard", .text), Column("holder", .text), Column("acquired_at", .time),
                Column("until", .time), Column("expired", .flag),
            ]),
        StatusSection(
            "guards", PackageResources.status_guards_sql,
            [
                Column("provider", .text), Column("tripped", .flag), Column("run_id", .id),
                Column("tripped_at", .time), Column("approved_until", .time), Column("looked", .count),
                Column("refused", .count), Column("threshold", .count), Column("held", .count),
            ]),
        StatusSection(
            "pauses", PackageResources.status_pauses_sql,
            [
                Column("job", .text), Column("paused_at", .time), Column("paused_by", .text), Column("reason", .text),
            ]),
    ]

    private static let around = [
        StatusSection(
            "master_keys", PackageResources.status_master_keys_sql, empty: "none is registered",
            [
                Column("version", .count), Column("state", .text), Column("rows", .count), Column("seals", .count),
                Column("percent_of_2_32", .text),
            ]),
        StatusSection(
            "fingerprints", PackageResources.status_fingerprints_sql,
            [Column("known", .count), Column("keys", .count), Column("scan_keys", .count)]),
        StatusSection(
            "mails", PackageResources.status_mails_sql,
            [
                Column("kind", .text), Column("held", .count), Column("queued", .count), Column("sent", .count),
                Column("failed", .count), Column("cancelled", .count), Column("oldest_queued", .time),
            ]),
        StatusSection(
            "schema", PackageResources.status_schema_sql,
            [Column("migrations", .count), Column("newest", .count), Column("test", .flag)]),
        StatusSection(
            "visible_keys", PackageResources.doctor_visible_keys_sql,
            [Column("seen", .count), Column("stored", .count)]),
    ]
}

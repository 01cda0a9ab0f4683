/// One numbered step of the schema. What is published stays as it is; a change is a new step.
struct Migration: Sendable {
    let number: Int
    let name: String
    let script: [UInt8]

    init(_ fileName: StaticString, _ script: [UInt8]) {
        let text = fileName.description
        number = Int(text.prefix(4)) ?? 0
        name = String(text.dropFirst(5))
        self.script = script
    }

    /// Every step, in the order they are applied. Numbers ascend and may leave gaps.
    static let all: [Migration] = [
        Migration("0001_tables", PackageResources._001_tables_sql),
        Migration("0002_recipients", PackageResources._002_recipients_sql),
        Migration("0003_row_security", PackageResources._003_row_security_sql),
        Migration("0004_key_life", PackageResources._004_key_life_sql),
        Migration("0005_master_keys", PackageResources._005_master_keys_sql),
        Migration("0006_best_key", PackageResources._006_best_key_sql),
        Migration("0010_verdict_columns", PackageResources._010_verdict_columns_sql),
        Migration("0011_leases", PackageResources._011_leases_sql),
        Migration("0012_runs", PackageResources._012_runs_sql),
        Migration("0013_guard", PackageResources._013_guard_sql),
        Migration("0014_disabled_mail", PackageResources._014_disabled_mail_sql),
        Migration("0015_settle", PackageResources._015_settle_sql),
        Migration("0016_disable", PackageResources._016_disable_sql),
        Migration("0017_undo", PackageResources._017_undo_sql),
        Migration("0018_fingerprints", PackageResources._018_fingerprints_sql),
        Migration("0019_faults", PackageResources._019_faults_sql),
        Migration("0020_rotations", PackageResources._020_rotations_sql),
        Migration("0021_rewrap", PackageResources._021_rewrap_sql),
        Migration("0022_fence", PackageResources._022_fence_sql),
        Migration("0023_sweep", PackageResources._023_sweep_sql),
        Migration("0024_well_formed", PackageResources._024_well_formed_sql),
        Migration("0025_retire", PackageResources._025_retire_sql),
        Migration("0026_horizon", PackageResources._026_horizon_sql),
        Migration("0040_savings", PackageResources._040_savings_sql),
        Migration("0041_key_proofs", PackageResources._041_key_proofs_sql),
        Migration("0042_prices_are_numbers", PackageResources._042_prices_are_numbers_sql),
        Migration("0043_id_buckets", PackageResources._043_id_buckets_sql),
        Migration("0044_proof", PackageResources._044_proof_sql),
        Migration("0045_replicas", PackageResources._045_replicas_sql),
        Migration("0046_spoilers", PackageResources._046_spoilers_sql),
        Migration("0047_rewrap_commit", PackageResources._047_rewrap_commit_sql),
        Migration("0050_analysis_shape", PackageResources._050_analysis_shape_sql),
        Migration("0051_brakes", PackageResources._051_brakes_sql),
        Migration("0060_booking_print", PackageResources._060_booking_print_sql),
        Migration("0061_provider_bills", PackageResources._061_provider_bills_sql),
    ]
}

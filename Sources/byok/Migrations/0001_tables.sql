-- Every table of the suite, its closed sets and its bounds.
-- Sets are CHECK constraints over text, not enum types: a CHECK can be changed in one transaction.

do $$
begin
    -- CREATE SCHEMA IF NOT EXISTS wants CREATE on the database even when the schema is there.
    if not exists (select from pg_catalog.pg_namespace where nspname = 'byok') then
        create schema byok;
    end if;
end
$$;

revoke all on schema byok from public;

create table if not exists byok.migrations (
    number integer primary key,
    name text not null,
    applied_at timestamptz not null default now()
);

-- One row, written by `byok migrate`: may providers be replaced by loopback simulators here?
create table byok.installation (
    one boolean primary key default true check (one),
    test boolean not null,
    installed_at timestamptz not null default now()
);

-- Master keys ---------------------------------------------------------------------------------

create table byok.master_keys (
    version integer primary key check (version > 0),
    state text not null default 'next' check (state in ('next', 'current', 'previous', 'retired')),
    check_value bytea not null check (octet_length(check_value) = 32),
    -- NIST SP 800-38D 8.3: at most 2^32 seals under one key with random 96-bit nonces.
    sealed_count bigint not null default 0 check (sealed_count between 0 and 4294967296),
    created_at timestamptz not null default now(),
    activated_at timestamptz,
    retired_at timestamptz,
    constraint master_keys_active check (state in ('next', 'retired') or activated_at is not null),
    constraint master_keys_retired check ((state = 'retired') = (retired_at is not null))
);

create unique index master_keys_one_current on byok.master_keys (state) where state = 'current';

create table byok.key_holders (
    process text not null check (char_length(process) between 1 and 200),
    version integer not null check (version > 0),
    seen_at timestamptz not null default now(),
    primary key (process, version)
);

-- Keys ----------------------------------------------------------------------------------------

-- No index may name `sealed` or `master_key_version`, not even in a predicate: a rotation rewrites
-- these two in every row, and only an update that touches no indexed column stays heap-only.
create table byok.api_keys (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null,
    provider text not null
        check (provider in ('anthropic', 'openai', 'google', 'deepseek', 'mistral', 'groq')),
    label text not null default '' check (char_length(label) <= 100),
    key_prefix text not null check (key_prefix ~ '^[!-~]{4}$'),
    master_key_version integer not null check (master_key_version > 0),
    -- Never a plaintext key: those begin with a printable character, a format byte is none. Whether the rest is
    -- well formed only opening it can tell; a row that does not open is quarantined, not lost.
    sealed bytea not null check (octet_length(sealed) between 1 and 8192 and get_byte(sealed, 0) not between 32 and 126),
    key_revision bigint not null default 1 check (key_revision > 0),
    status text not null default 'unchecked'
        check (status in ('unchecked', 'active', 'suspected', 'disabled')),
    disabled_reason text check (char_length(disabled_reason) <= 200),
    disabled_at timestamptz,
    disabled_by_run uuid,
    last_verdict text
        check (last_verdict in ('valid', 'refused', 'restricted', 'exhausted', 'transient', 'unknown')),
    last_checked_at timestamptz,
    next_check_at timestamptz not null default now(),
    first_refused_at timestamptz,
    quarantined_at timestamptz,
    quarantine_reason text check (char_length(quarantine_reason) <= 200),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint api_keys_disabled check ((status = 'disabled') = (disabled_at is not null)),
    constraint api_keys_suspected check (status <> 'suspected' or first_refused_at is not null),
    constraint api_keys_quarantined check ((quarantined_at is null) = (quarantine_reason is null)),
    -- A user may hold several keys of a provider and tells them apart by label. Serves user look-ups too.
    constraint api_keys_user_provider_label unique (user_id, provider, label)
) with (fillfactor = 85);

-- Ciphertext does not compress, and the bound above keeps it in the row: EXTERNAL never tries, and
-- unlike PLAIN keeps the one-byte length header.
alter table byok.api_keys alter column sealed set storage external;

-- What `revalidate` reads: the due keys of one provider, oldest first.
create index api_keys_due on byok.api_keys (provider, next_check_at, id)
    where status <> 'disabled' and quarantined_at is null;

create table byok.key_checks (
    run_id uuid not null,
    key_id uuid not null,
    key_revision bigint not null,
    at timestamptz not null default now(),
    provider text not null
        check (provider in ('anthropic', 'openai', 'google', 'deepseek', 'mistral', 'groq')),
    -- Null where no provider was asked: the row was quarantined.
    verdict text
        check (verdict in ('valid', 'refused', 'restricted', 'exhausted', 'transient', 'unknown')),
    outcome text not null
        check (
            outcome in (
                'valid', 'restricted', 'exhausted', 'suspected', 'disabled', 'held', 'transient', 'unknown',
                'changed', 'deleted', 'quarantined'
            )
        ),
    http_status integer check (http_status between 100 and 599),
    code text check (char_length(code) <= 100),
    request_id text check (char_length(request_id) <= 200),
    latency_ms integer check (latency_ms >= 0),
    primary key (run_id, key_id),
    constraint key_checks_asked check (verdict is not null or outcome in ('quarantined', 'changed', 'deleted'))
);

create index key_checks_of_key on byok.key_checks (key_id, at desc);

create table byok.key_events (
    id bigint generated always as identity primary key,
    key_id uuid not null,
    user_id uuid not null,
    -- Kept here because the key may be gone when a report asks.
    provider text not null
        check (provider in ('anthropic', 'openai', 'google', 'deepseek', 'mistral', 'groq')),
    at timestamptz not null default now(),
    event text not null
        check (event in ('added', 'replaced', 'suspected', 'disabled', 'enabled', 'deleted')),
    run_id uuid,
    reason text check (char_length(reason) <= 200)
);

create index key_events_of_key on byok.key_events (key_id, at);
create index key_events_of_user on byok.key_events (user_id, at);
create index key_events_of_run on byok.key_events (run_id) where run_id is not null;

create table byok.key_fingerprints (
    key_id uuid primary key references byok.api_keys (id) on delete cascade,
    key_revision bigint not null,
    scan_key_id text not null check (char_length(scan_key_id) between 1 and 64),
    -- Sorted 64-bit values.
    windows bytea not null
        check (octet_length(windows) % 8 = 0 and octet_length(windows) between 8 and 65536)
);

-- The guard against mass refusals -------------------------------------------------------------

create table byok.guards (
    provider text not null
        check (provider in ('anthropic', 'openai', 'google', 'deepseek', 'mistral', 'groq')),
    run_id uuid not null,
    tripped_at timestamptz not null default now(),
    looked bigint not null default 0 check (looked >= 0),
    refused bigint not null default 0 check (refused >= 0),
    approved_at timestamptz,
    approved_by text,
    approved_until timestamptz,
    approve_reason text check (char_length(approve_reason) between 1 and 500),
    primary key (provider, run_id),
    constraint guards_approved check ((approved_at is null) = (approved_by is null))
);

create index guards_of_provider on byok.guards (provider, tripped_at desc);

create table byok.guard_counts (
    provider text not null
        check (provider in ('anthropic', 'openai', 'google', 'deepseek', 'mistral', 'groq')),
    hour timestamptz not null,
    looked bigint not null default 0 check (looked >= 0),
    refused bigint not null default 0 check (refused >= 0),
    primary key (provider, hour)
) with (fillfactor = 50);

-- Mail ----------------------------------------------------------------------------------------

create table byok.email_outbox (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null,
    key_id uuid not null,
    kind text not null check (kind ~ '^[a-z][a-z0-9_.]{0,62}$'),
    -- CloudEvents 1.0
    payload jsonb not null
        check (jsonb_typeof(payload) = 'object' and octet_length(payload::text) <= 16384),
    idempotency_key text not null unique check (char_length(idempotency_key) between 1 and 200),
    state text not null default 'queued'
        check (state in ('held', 'queued', 'sent', 'failed', 'cancelled')),
    not_before timestamptz not null default now(),
    attempts integer not null default 0 check (attempts >= 0),
    sent_at timestamptz,
    run_id uuid,
    created_at timestamptz not null default now(),
    constraint email_outbox_sent check ((state = 'sent') = (sent_at is not null))
);

create index email_outbox_due on byok.email_outbox (not_before, id) where state = 'queued';
create index email_outbox_pending_of_key on byok.email_outbox (key_id) where state in ('held', 'queued');
create index email_outbox_of_run on byok.email_outbox (run_id) where run_id is not null;

-- What the product records --------------------------------------------------------------------

create table byok.analyses (
    id uuid primary key,
    user_id uuid not null,
    kind text not null check (char_length(kind) between 1 and 64),
    provider text check (char_length(provider) between 1 and 64),
    model text check (char_length(model) <= 200),
    key_id uuid,
    mode text not null check (mode in ('own_key', 'plan', 'fallback')),
    fallback_reason text check (char_length(fallback_reason) <= 200),
    credits_list numeric(12, 4),
    credits_charged numeric(12, 4),
    input_tokens bigint check (input_tokens >= 0),
    output_tokens bigint check (output_tokens >= 0),
    started_at timestamptz not null default now()
);

create index analyses_started on byok.analyses (started_at);
create index analyses_of_user on byok.analyses (user_id, started_at);

create table byok.credit_ledger (
    id bigint generated always as identity primary key,
    analysis_id uuid not null,
    at timestamptz not null default now(),
    entry text not null check (entry in ('charge', 'refund', 'correction')),
    credits numeric(12, 4) not null
);

create index credit_ledger_of_analysis on byok.credit_ledger (analysis_id);

create table byok.credit_prices (
    kind text not null check (char_length(kind) between 1 and 64),
    provider text not null
        check (provider in ('anthropic', 'openai', 'google', 'deepseek', 'mistral', 'groq')),
    credits_list numeric(12, 4) not null check (credits_list >= 0),
    -- Null: not known. Unknown is not free.
    credits_own_key numeric(12, 4) check (credits_own_key >= 0),
    valid_from timestamptz not null default '-infinity',
    valid_until timestamptz,
    primary key (kind, provider, valid_from),
    constraint credit_prices_period check (valid_until > valid_from)
);

create unique index credit_prices_one_open on byok.credit_prices (kind, provider) where valid_until is null;

create table byok.task_routes (
    task text not null check (char_length(task) between 1 and 64),
    provider text not null
        check (provider in ('anthropic', 'openai', 'google', 'deepseek', 'mistral', 'groq')),
    fits text[] not null default '{}'
        check (fits <@ array['embeddings', 'long_context', 'low_latency', 'european']),
    rank integer not null check (rank > 0),
    primary key (task, provider)
);

-- How the jobs run ----------------------------------------------------------------------------

create table byok.audit_log (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    actor text not null default session_user,
    action text not null check (char_length(action) between 1 and 100),
    detail jsonb not null default '{}'
        check (jsonb_typeof(detail) = 'object' and octet_length(detail::text) <= 65536)
);

create index audit_log_at on byok.audit_log (at);

create table byok.job_leases (
    job text not null check (char_length(job) between 1 and 64),
    shard text not null check (char_length(shard) <= 64),
    holder text not null check (char_length(holder) <= 200),
    token uuid not null,
    acquired_at timestamptz not null default now(),
    until timestamptz not null,
    primary key (job, shard)
) with (fillfactor = 50);

create table byok.job_runs (
    run_id uuid primary key,
    job text not null check (char_length(job) between 1 and 64),
    shard text not null check (char_length(shard) <= 64),
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    exit_status integer check (exit_status between 0 and 255),
    counts jsonb check (octet_length(counts::text) <= 65536),
    report_digest text check (report_digest ~ '^[0-9a-f]{64}$'),
    constraint job_runs_finished check ((finished_at is null) = (exit_status is null))
);

create index job_runs_of_job on byok.job_runs (job, shard, started_at desc);

create table byok.pauses (
    job text primary key check (char_length(job) between 1 and 64),
    paused_at timestamptz not null default now(),
    paused_by text not null default session_user,
    reason text not null check (char_length(reason) between 1 and 500)
);

-- What the verdict functions keep beside the tables of 0001.

-- A disabled key is never due. Null says so; a date would be a promise nobody keeps.
alter table byok.api_keys alter column next_check_at drop not null;

-- Since when the guard holds this key's refusal back. An approval makes exactly these keys due.
alter table byok.api_keys add column held_since timestamptz;
create index api_keys_held on byok.api_keys (provider) where held_since is not null;

-- Whether the refusal behind `first_refused_at` was of the kind that needs the longer gap.
alter table byok.api_keys add column first_refused_slow boolean not null default false;

-- `quarantine_key` counts these before it adds one.
create index key_checks_quarantined on byok.key_checks (run_id) where outcome = 'quarantined';

-- What `undo_run` puts back.
alter table byok.key_checks add column status_before text
    check (status_before in ('unchecked', 'active', 'suspected', 'disabled'));
-- A key deleted while it was being asked leaves no row that could tell its provider.
alter table byok.key_checks alter column provider drop not null;
-- `disable_key` disables (or is held) without having asked a provider.
alter table byok.key_checks drop constraint key_checks_asked;
alter table byok.key_checks add constraint key_checks_asked
    check (verdict is not null or outcome in ('quarantined', 'changed', 'deleted', 'disabled', 'held'));

-- One open guard a provider, however many shards trip it at once.
create unique index guards_one_open on byok.guards (provider) where approved_at is null;

-- The row that every transaction locks before it counts or strikes. Locking the current hour's row in
-- guard_counts would let two transactions on either side of a full hour pass each other.
create table byok.guard_locks (
    provider text primary key
        check (provider in ('anthropic', 'openai', 'google', 'deepseek', 'mistral', 'groq'))
);
insert into byok.guard_locks (provider)
values ('anthropic'), ('openai'), ('google'), ('deepseek'), ('mistral'), ('groq');
alter table byok.guard_locks enable row level security;

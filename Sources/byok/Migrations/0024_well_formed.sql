-- A key's values are looked at when they are written, and not whenever their row is. PostgreSQL evaluates every CHECK of a
-- table in every update, whatever it sets, and reads each of them anew from its stored form in every statement: with 13
-- of them that was a third of what a rotation's small statements cost. Besides, a CHECK that fails writes its row into the
-- server's log. What a rotation sets, `sealed` and its version, keeps its CHECKs.

alter table byok.api_keys
    drop constraint api_keys_provider_check, drop constraint api_keys_label_check,
    drop constraint api_keys_key_prefix_check, drop constraint api_keys_key_revision_check,
    drop constraint api_keys_status_check, drop constraint api_keys_disabled_reason_check,
    drop constraint api_keys_last_verdict_check, drop constraint api_keys_quarantine_reason_check,
    drop constraint api_keys_disabled, drop constraint api_keys_suspected, drop constraint api_keys_quarantined;

create function byok.key_malformed() returns trigger
language plpgsql set search_path = '' as $$
begin
    raise exception 'a value of a stored key is outside its set or bounds'
        using errcode = '23514', schema = 'byok', table = 'api_keys', constraint = tg_name;
end
$$;

-- By its name it comes last and sees what the others made of the row. Null is judged by `not null` alone, as in a CHECK.
create trigger well_formed
before insert or update of
    provider, label, key_prefix, key_revision, status, disabled_reason, disabled_at, last_verdict, first_refused_at,
    quarantined_at, quarantine_reason
on byok.api_keys
for each row
when ((
    new.provider in ('anthropic', 'openai', 'google', 'deepseek', 'mistral', 'groq')
    and pg_catalog.char_length(new.label) <= 100
    and new.key_prefix ~ '^[!-~]{4}$'
    and new.key_revision > 0
    and new.status in ('unchecked', 'active', 'suspected', 'disabled')
    and pg_catalog.char_length(new.disabled_reason) <= 200
    and new.last_verdict in ('valid', 'refused', 'restricted', 'exhausted', 'transient', 'unknown')
    and pg_catalog.char_length(new.quarantine_reason) <= 200
    and (new.status = 'disabled') = (new.disabled_at is not null)
    and (new.status <> 'suspected' or new.first_refused_at is not null)
    and (new.quarantined_at is null) = (new.quarantine_reason is null)
) is false)
execute function byok.key_malformed();

-- Also where a restored or replicated row is written, as a CHECK is.
alter table byok.api_keys enable always trigger well_formed;

revoke all on function byok.key_malformed from public;

-- Takes back what a run disabled. A key comes back with the status it had, its strike starts anew (the next
-- refusal must wait the whole gap again), it is due at once, and it counts as fresh for the guard. A key that
-- the user replaced, or that changed otherwise, stays. The run's unsent mails are withdrawn either way.
create function byok.undo_run(
    run_id uuid, reason text,
    out restored bigint, out already_changed bigint, out mails_withdrawn bigint, out mails_already_sent bigint
)
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
    disabled bigint;
begin
    perform byok.require_operator();
    perform byok.require_reason($2);
    perform from byok.api_keys k where k.disabled_by_run = $1 order by k.id for no key update;

    with restorable as (
        select c.key_id, c.key_revision, c.status_before from byok.key_checks c
        where c.run_id = $1 and c.outcome = 'disabled'
    ), keys as (
        update byok.api_keys k
        set status = r.status_before, disabled_reason = null, disabled_at = null, disabled_by_run = null,
            first_refused_at = case when k.first_refused_at is not null then now() end,
            last_verdict = nullif(k.last_verdict, 'refused'), next_check_at = now(), updated_at = now()
        from restorable r
        where k.id = r.key_id and k.key_revision = r.key_revision
            and k.status = 'disabled' and k.disabled_by_run = $1
        returning k.id, k.user_id, k.provider
    ), events as (
        insert into byok.key_events (key_id, user_id, provider, event, run_id, reason)
        select k.id, k.user_id, k.provider, 'enabled', $1, 'undone' from keys k
    )
    select (select count(*) from keys), (select count(*) from restorable) into restored, disabled;
    already_changed := disabled - restored;

    with unsent as (
        select m.id from byok.email_outbox m
        where m.run_id = $1 and m.kind = 'key_disabled' and m.state in ('held', 'queued', 'failed')
        order by m.id for update
    )
    update byok.email_outbox m set state = 'cancelled' from unsent u where m.id = u.id;
    get diagnostics mails_withdrawn = row_count;
    select count(*) into mails_already_sent from byok.email_outbox m
    where m.run_id = $1 and m.kind = 'key_disabled' and m.state = 'sent';

    perform byok.audit('run.undone', jsonb_build_object(
        'run_id', $1, 'reason', btrim($2), 'restored', restored, 'already_changed', already_changed,
        'mails_withdrawn', mails_withdrawn, 'mails_already_sent', mails_already_sent));
end
$$;

revoke all on function byok.undo_run from public;

-- What byok.undo_run would answer.
with disabled as (
    select k.id is not null as is_restorable
    from byok.key_checks c
    left join byok.api_keys k
        on k.id = c.key_id and k.key_revision = c.key_revision
        and k.status = 'disabled' and k.disabled_by_run = c.run_id
    where c.run_id = $1::uuid and c.outcome = 'disabled'
), mails as (
    select m.state from byok.email_outbox m where m.run_id = $1::uuid and m.kind = 'key_disabled'
)
select
    (select count(*) from disabled where is_restorable) as restored,
    (select count(*) from disabled where not is_restorable) as already_changed,
    (select count(*) from mails where state in ('held', 'queued', 'failed')) as mails_withdrawn,
    (select count(*) from mails where state = 'sent') as mails_already_sent

-- Keys that nobody could settle for longer than they may go unlooked at when the run began, at $3. Whatever their
-- verdict, such keys are due within 26 hours, which lets the index of due keys find them.
select now() as now, count(*) as keys
from byok.api_keys k
where k.provider = any ($1) and k.status <> 'disabled' and k.quarantined_at is null
    and k.next_check_at <= now() + interval '26 hours'
    and coalesce(k.last_checked_at, k.created_at) < $3::timestamptz - greatest($2::interval, interval '7 days')
    -- What fell due while the run went on was not its to ask.
    and (
        k.next_check_at <= $3::timestamptz or k.next_check_at > now()
        or (select c.outcome from byok.key_checks c where c.run_id = $4 and c.key_id = k.id) is not null
    )

-- Keys that nobody could settle for longer than they may go unlooked at. Whatever their verdict, such keys are
-- due within 26 hours, which lets the index of due keys find them.
select now() as now, count(*) as keys
from byok.api_keys k
where k.provider = any ($1) and k.status <> 'disabled' and k.quarantined_at is null
    and k.next_check_at <= now() + interval '26 hours'
    and coalesce(k.last_checked_at, k.created_at) < now() - greatest($2::interval, interval '7 days')

-- Overdue: nobody has looked for more than the 7 days that are promised.
select provider, count(*) filter (where next_check_at <= now()) as due,
    count(*) filter (where coalesce(last_checked_at, created_at) < now() - interval '7 days') as overdue,
    min(coalesce(last_checked_at, created_at)) as oldest_look
from byok.api_keys
where status <> 'disabled' and quarantined_at is null
group by provider
order by provider

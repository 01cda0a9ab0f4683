-- Overdue: due, and last settled (or added) more than seven days ago. Every key that nobody could settle is due
-- within 26 hours.
select now() as now,
    count(*) filter (where k.status = 'unchecked') as unchecked,
    count(*) filter (where k.status = 'active') as active,
    count(*) filter (where k.status = 'suspected') as suspected,
    count(*) filter (where k.status = 'disabled') as disabled,
    count(*) filter (where k.quarantined_at is not null) as quarantined,
    count(*) filter (where d.is_asked and k.next_check_at <= now()) as due,
    count(*) filter (
        where d.is_asked and k.next_check_at <= now() + interval '26 hours'
            and coalesce(k.last_checked_at, k.created_at) < now() - interval '7 days'
    ) as overdue,
    min(k.next_check_at) filter (where d.is_asked and k.next_check_at > now()) as next_due_at
from byok.api_keys k
cross join lateral (select k.status <> 'disabled' and k.quarantined_at is null as is_asked) d

-- Keys with one strike, those first that are decided first.
select k.id, k.provider, k.label, k.status, k.first_refused_at, k.next_check_at, k.held_since,
    count(*) over () as total
from byok.api_keys k
where k.first_refused_at is not null and k.status <> 'disabled' and k.quarantined_at is null
order by k.next_check_at, k.id
limit 20

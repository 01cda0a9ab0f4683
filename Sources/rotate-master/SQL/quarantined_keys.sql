-- Every key that is set aside, whoever did it; the count is of all.
select k.id, k.user_id, k.provider, k.master_key_version, k.quarantined_at, k.quarantine_reason,
    count(*) over () as total
from byok.api_keys k
where k.quarantined_at is not null
order by k.quarantined_at, k.id
limit $1

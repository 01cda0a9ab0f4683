-- The next keys of a range in the order of their ids that are under another master key than $1.
select k.id, k.user_id, k.provider, k.master_key_version, k.sealed
from byok.api_keys k
where k.id >= $2 and k.id <= $3 and ($4::uuid is null or k.id > $4)
    and k.master_key_version <> $1::integer and k.quarantined_at is null
order by k.id
limit $5::bigint

-- Keys of a range that are under another master key than $1, whichever are found first.
select k.id, k.user_id, k.provider, k.master_key_version, k.sealed
from byok.api_keys k
where k.master_key_version <> $1::integer and k.quarantined_at is null and k.id >= $2 and k.id <= $3
limit $4::bigint

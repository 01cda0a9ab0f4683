-- How many keys of a range are under another master key than $1: to be sealed anew, and set aside.
select count(*) filter (where k.quarantined_at is null) as rest,
    count(*) filter (where k.quarantined_at is not null) as quarantined
from byok.api_keys k
where k.master_key_version <> $1::integer and k.id >= $2 and k.id <= $3

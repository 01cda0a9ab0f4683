-- Keys of the range ($2, $3) that are under another master key than $1 still, counted unless the database has proved
-- that there are none ($4). And those set aside under another key: all, since the open rotation began, and the range's.
select case when $4 then 0 else (
        select count(*) from byok.api_keys k
        where k.master_key_version <> $1::integer and k.quarantined_at is null and k.id >= $2 and k.id <= $3
    ) end as rest,
    count(*) as quarantined,
    count(*) filter (where k.quarantined_at >= r.started_at) as set_aside,
    count(*) filter (where k.quarantined_at >= r.started_at and k.id >= $2 and k.id <= $3) as set_aside_here
from byok.api_keys k
left join byok.rotations r on r.finished_at is null
where k.quarantined_at is not null and k.master_key_version <> $1::integer

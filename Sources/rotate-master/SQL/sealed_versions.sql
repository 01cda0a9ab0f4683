-- Keys by master key version; those of the range ($1, $2) apart, and those set aside since the open rotation began.
-- Beside them how many keys there are, whatever this session is shown; without a version where it is shown none.
with shown as (
    select k.master_key_version as version, count(*) - count(k.quarantined_at) as readable,
        count(k.quarantined_at) as quarantined,
        count(*) filter (where k.quarantined_at is null and k.id >= $1 and k.id <= $2) as readable_here,
        count(*) filter (
            where k.quarantined_at >= (select r.started_at from byok.rotations r where r.finished_at is null)
        ) as set_aside
    from byok.api_keys k
    group by 1
)
select everyone.stored, shown.*
from (select byok.count_keys() as stored) everyone
left join shown on true
order by version

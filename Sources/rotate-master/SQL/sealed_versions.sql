-- Keys by master key version; those of the range ($1, $2) apart, and those set aside since the open rotation began.
select k.master_key_version as version, count(*) filter (where k.quarantined_at is null) as readable,
    count(*) filter (where k.quarantined_at is not null) as quarantined,
    count(*) filter (where k.quarantined_at is null and k.id >= $1 and k.id <= $2) as readable_here,
    count(*) filter (where k.quarantined_at >= r.started_at) as set_aside,
    count(*) filter (where k.quarantined_at >= r.started_at and k.id >= $1 and k.id <= $2) as set_aside_here
from byok.api_keys k
left join byok.rotations r on r.finished_at is null
group by 1
order by 1

-- Keys by master key version; those of the range ($1, $2) apart.
select k.master_key_version as version, count(*) filter (where k.quarantined_at is null) as readable,
    count(*) filter (where k.quarantined_at is not null) as quarantined,
    count(*) filter (where k.quarantined_at is null and k.id >= $1 and k.id <= $2) as readable_here
from byok.api_keys k
group by 1
order by 1

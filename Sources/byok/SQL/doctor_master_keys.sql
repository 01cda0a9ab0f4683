select coalesce(m.version, k.version) as version, m.state, m.check_value, m.sealed_count,
    coalesce(k.readable, 0) as readable
from byok.master_keys m
full join (
    select master_key_version as version, count(*) filter (where quarantined_at is null) as readable
    from byok.api_keys group by 1
) k using (version)
order by 1

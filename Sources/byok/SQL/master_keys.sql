-- Versions that rows name and nobody registered stand here too, with a null state.
select version::bigint as version, m.state, m.check_value, coalesce(m.sealed_count, 0) as sealed_count,
    coalesce(k.keys, 0) as keys
from byok.master_keys m
full join (
    select master_key_version as version, count(*) as keys from byok.api_keys group by 1
) k using (version)
order by version

select coalesce(m.version, k.version) as version, coalesce(m.state, 'not registered') as state,
    coalesce(k.rows, 0) as rows, coalesce(m.sealed_count, 0) as seals,
    round(coalesce(m.sealed_count, 0) * 100.0 / 4294967296, 2) as percent_of_2_32
from byok.master_keys m
full join (select master_key_version as version, count(*) as rows from byok.api_keys group by 1) k using (version)
order by 1

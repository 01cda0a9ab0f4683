-- Every registered master key, and every version that a row names, with what is sealed under it.
with stored as (
    select k.master_key_version as version, count(*) - count(k.quarantined_at) as readable,
        count(k.quarantined_at) as quarantined
    from byok.api_keys k
    group by k.master_key_version
)
select version, m.state, m.check_value, coalesce(m.sealed_count, 0) as sealed_count, m.created_at, m.activated_at,
    m.retired_at, coalesce(s.readable, 0) as readable, coalesce(s.quarantined, 0) as quarantined
from byok.master_keys m
full join stored s using (version)
order by version

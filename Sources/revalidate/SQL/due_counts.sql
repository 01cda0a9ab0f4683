-- What is due at the cut-off $2, by provider and by the master key needed to open it.
select k.provider, k.master_key_version as version, count(*) as keys
from byok.api_keys k
where k.provider = any ($1) and k.status <> 'disabled' and k.quarantined_at is null and k.next_check_at <= $2
group by k.provider, k.master_key_version

select id as key_id, provider, key_prefix as prefix, label, quarantined_at, quarantine_reason as reason
from byok.api_keys
where quarantined_at is not null
order by quarantined_at desc, id
limit 21

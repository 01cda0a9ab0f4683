-- A quarantined row cannot be opened, so it can have no fingerprint either.
select count(f.key_id) filter (where f.key_revision = k.key_revision) as known, count(*) as keys,
    count(distinct f.scan_key_id) as scan_keys
from byok.api_keys k
left join byok.key_fingerprints f on f.key_id = k.id
where k.quarantined_at is null

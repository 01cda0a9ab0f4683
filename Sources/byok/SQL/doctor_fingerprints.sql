-- A quarantined row cannot be opened, so it can have no fingerprint either.
select count(*) as keys,
    count(*) filter (where f.key_revision = k.key_revision and f.scan_key_id = $1) as known
from byok.api_keys k
left join byok.key_fingerprints f on f.key_id = k.id
where k.quarantined_at is null

-- Every column but the ciphertext. In the order of an index, so that a limit ends the reading.
select id, user_id, provider, label, key_prefix, status, master_key_version::bigint as master_key_version, last_verdict,
    last_checked_at, next_check_at, disabled_at, disabled_reason, quarantined_at, quarantine_reason, key_revision,
    created_at
from byok.api_keys
where ($1::uuid is null or user_id = $1::uuid)
    and ($2::text is null or provider = $2::text)
    and ($3::text is null or status = $3::text)
    and ($4::uuid is null or id = $4::uuid)
order by user_id, provider, label
limit $5::bigint

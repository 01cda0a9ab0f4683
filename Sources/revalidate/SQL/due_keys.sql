-- One page of what is due at the cut-off $2, oldest first, behind the key ($3, $4).
select k.id, k.user_id, k.master_key_version, k.sealed, k.key_revision, k.first_refused_at, k.next_check_at,
    f.key_revision as fingerprint_revision, f.scan_key_id
from byok.api_keys k
left join byok.key_fingerprints f on f.key_id = k.id
where k.provider = $1 and k.status <> 'disabled' and k.quarantined_at is null and k.next_check_at <= $2
    and (k.next_check_at, k.id) > (coalesce($3::timestamptz, '-infinity'), $4::uuid)
    -- A key replaced by a transaction older than the cut-off could come twice. Not an anti-join: its plan may read
    -- the whole run again for every page.
    and (select c.outcome from byok.key_checks c where c.run_id = $6 and c.key_id = k.id) is null
order by k.next_check_at, k.id
limit $5::bigint

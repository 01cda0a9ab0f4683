-- How many are due at the cut-off $2 behind the key ($3, $4).
select count(*) as keys
from byok.api_keys k
where k.provider = $1 and k.status <> 'disabled' and k.quarantined_at is null and k.next_check_at <= $2
    and (k.next_check_at, k.id) > (coalesce($3::timestamptz, '-infinity'), $4::uuid)

select id, target, started_at, started_by, holders_confirmed, keys_before, quarantined, fenced_at, validated_at,
    validated_rows, validated_quarantined, last_lsn::text as last_lsn, verified_at, verified_rows, verified_quarantined,
    finished_at, ended_as
from byok.begin_rotation($1, $2, $3::integer, $4)

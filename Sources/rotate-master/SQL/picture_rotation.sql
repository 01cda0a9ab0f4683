-- The rotation that is open, or the one that ended last.
select r.id, r.target, r.started_at, r.started_by, r.holders_confirmed, r.quarantined, r.fenced_at,
    r.fenced_at is not null and r.fence_lowered_at is null as is_fenced, r.validated_at, r.validated_rows,
    r.validated_quarantined, r.last_lsn::text as last_lsn, r.verified_at, r.verified_rows, r.verified_quarantined,
    r.finished_at, r.ended_as,
    array(select b.key::bigint from jsonb_each_text(r.keys_before) b order by b.key::bigint) as before_versions,
    array(select b.value::bigint from jsonb_each_text(r.keys_before) b order by b.key::bigint) as before_keys,
    exists (
        select from pg_catalog.pg_constraint c
        where c.conrelid = 'byok.api_keys'::regclass and c.conname = 'api_keys_under_target' and c.convalidated
    ) as is_proved
from byok.rotations r
order by r.finished_at desc nulls first, r.id desc
limit 1

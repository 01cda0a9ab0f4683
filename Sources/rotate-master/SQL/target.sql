-- And whether the fence is up around it: then no readable key is under another one; whether the database's proof stands.
select m.state, m.sealed_count,
    exists (
        select from byok.rotations r
        where r.target = m.version and r.fenced_at is not null and r.fence_lowered_at is null
    ) as is_fenced,
    exists (
        select from pg_catalog.pg_constraint c
        where c.conrelid = 'byok.api_keys'::regclass and c.conname = 'api_keys_under_target' and c.convalidated
    ) as is_proved,
    exists (select from byok.master_keys p where p.state = 'previous') as has_previous
from byok.master_keys m
where m.version = $1::integer

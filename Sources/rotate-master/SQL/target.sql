-- And whether the fence is up around it: then no readable key is under another one.
select m.state, m.sealed_count,
    exists (
        select from byok.rotations r
        where r.target = m.version and r.fenced_at is not null and r.fence_lowered_at is null
    ) as is_fenced,
    exists (select from byok.master_keys p where p.state = 'previous') as has_previous
from byok.master_keys m
where m.version = $1::integer

select now() as now,
    exists (select from byok.migrations m where m.number = $1) as is_installed,
    p.paused_at, p.job = '*' as pauses_all
from (values (1)) one
left join lateral (
    select p.paused_at, p.job from byok.pauses p
    where p.job in ('rotate-master', '*') order by p.paused_at, p.job limit 1
) p on true

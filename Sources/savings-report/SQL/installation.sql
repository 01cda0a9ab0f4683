select now() as now,
    (select max(m.number) from byok.migrations m) as schema_number,
    coalesce((select i.test from byok.installation i), false) as is_test,
    p.paused_at, p.job = '*' as pauses_all
from (values (1)) one
left join lateral (
    select p.paused_at, p.job from byok.pauses p where p.job in ('savings-report', '*') order by p.paused_at, p.job limit 1
) p on true

select now() as now, p.job is not null as is_paused, p.job = '*' as pauses_all
from (values (1)) one
left join lateral (
    select p.job from byok.pauses p where p.job in ('revalidate', '*') order by p.paused_at, p.job limit 1
) p on true

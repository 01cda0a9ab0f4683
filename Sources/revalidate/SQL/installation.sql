select now() as now,
    (select max(m.number) from byok.migrations m) as schema_number,
    coalesce((select i.test from byok.installation i), false) as is_test,
    (select min(p.paused_at) from byok.pauses p where p.job in ('revalidate', '*')) as paused_at

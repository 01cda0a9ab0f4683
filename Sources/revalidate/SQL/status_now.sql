select now() as now, exists (select from byok.pauses p where p.job = 'revalidate') as is_paused

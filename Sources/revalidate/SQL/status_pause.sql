select p.paused_at, p.paused_by, p.reason from byok.pauses p where p.job = 'revalidate'

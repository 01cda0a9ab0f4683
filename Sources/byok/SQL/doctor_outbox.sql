select count(*) filter (where state = 'queued' and not_before < now() - interval '24 hours') as late,
    count(*) filter (where state = 'failed') as failed,
    min(not_before) filter (where state = 'queued') as oldest
from byok.email_outbox

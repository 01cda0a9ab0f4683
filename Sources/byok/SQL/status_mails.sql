select kind, count(*) filter (where state = 'held') as held, count(*) filter (where state = 'queued') as queued,
    count(*) filter (where state = 'sent') as sent, count(*) filter (where state = 'failed') as failed,
    count(*) filter (where state = 'cancelled') as cancelled,
    min(not_before) filter (where state = 'queued') as oldest_queued
from byok.email_outbox
group by kind
order by kind

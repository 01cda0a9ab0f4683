select m.state, count(*) as mails,
    count(*) filter (where m.not_before > now()) as waiting,
    min(m.not_before) filter (where m.not_before > now()) as next_at
from byok.email_outbox m
where m.kind = 'key_disabled' and (m.state in ('held', 'queued', 'failed') or m.sent_at > now() - interval '24 hours')
group by m.state

select m.key_id, m.user_id, m.sent_at
from byok.email_outbox m
where m.run_id = $1 and m.kind = 'key_disabled' and m.state = 'sent'
order by m.sent_at, m.key_id
limit 1000

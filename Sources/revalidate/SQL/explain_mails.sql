select m.id, m.kind, m.state, m.not_before, m.sent_at, m.run_id
from byok.email_outbox m
where m.key_id = $1
order by m.not_before desc, m.id
limit 20

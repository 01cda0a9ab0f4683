select c.at, c.run_id, c.provider, c.key_revision, c.verdict, c.outcome, c.http_status, c.code, c.request_id,
    c.latency_ms
from byok.key_checks c
where c.key_id = $1
order by c.at desc, c.run_id
limit 10

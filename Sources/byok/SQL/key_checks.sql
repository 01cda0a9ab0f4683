select at, verdict, outcome, http_status::bigint as http_status, code, request_id, latency_ms::bigint as latency_ms
from byok.key_checks
where key_id = $1::uuid
order by at desc
limit 20

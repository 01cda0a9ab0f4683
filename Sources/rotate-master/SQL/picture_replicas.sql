select c.name, c.kind, c.at_lsn::text as at_lsn, c.behind_bytes, c.behind_seconds,
    c.at_lsn >= $1::text::pg_lsn as is_past
from byok.replicas() c

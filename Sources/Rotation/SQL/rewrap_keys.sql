select heap_only, microseconds, changed, deleted
from byok.rewrap_keys($1, $2, $3::integer, $4, $5, $6::integer[], $7, $8)

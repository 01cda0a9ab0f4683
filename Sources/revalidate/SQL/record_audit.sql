select byok.record_audit($1, $2)

SELECT byok.record_audit($1, $2) IS NULL AS recorded

select v.verified_at, v.verified_rows from byok.record_verification($1, $2, $3, $4, $5) v

select byok.quarantine_key('revalidate', $1, $2, $3, $4, $5::bigint, $6) as quarantined

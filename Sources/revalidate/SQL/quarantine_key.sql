select byok.quarantine_key('revalidate', '', $1, $2, $3, $4::bigint, $5) as quarantined

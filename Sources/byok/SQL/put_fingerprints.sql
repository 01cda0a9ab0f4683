select byok.put_fingerprints($1::uuid[], $2::bigint[], $3::text, $4::bytea[]) as stored

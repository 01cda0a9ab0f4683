select byok.put_fingerprints($1, $2, $3, $4) as stored

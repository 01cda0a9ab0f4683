select byok.delete_key($1::uuid, $2::text) as deleted

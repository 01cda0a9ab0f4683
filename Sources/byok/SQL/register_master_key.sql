select byok.register_master_key($1::integer, $2::bytea) as state

-- A rotation asks who holds which master key.
select byok.tell_key_holder($1::text, v.version) from unnest($2::integer[]) v (version)

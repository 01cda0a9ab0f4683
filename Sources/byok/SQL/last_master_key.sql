select coalesce(max(version), 0)::bigint as version from byok.master_keys

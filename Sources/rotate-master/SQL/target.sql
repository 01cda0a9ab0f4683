select m.state, m.sealed_count from byok.master_keys m where m.version = $1::integer

select byok.set_current_master_key($1::integer, $2) is null as done

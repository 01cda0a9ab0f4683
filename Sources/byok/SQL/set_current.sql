select byok.set_current_master_key($1, $2) is null as done

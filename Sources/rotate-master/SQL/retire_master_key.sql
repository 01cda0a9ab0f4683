select byok.retire_master_key($1::integer, $2, $3, $4, $5, $6::text[]) is null as retired

select byok.quarantine_row($1, $2, $3, $4, $5::integer, $6, $7, $8) as became

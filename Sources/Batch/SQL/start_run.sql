SELECT byok.start_run($1, $2, $3, $4) IS NULL AS started

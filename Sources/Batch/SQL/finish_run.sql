SELECT byok.finish_run($1, $2::integer, $3, $4) IS NULL AS finished

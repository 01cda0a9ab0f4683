select byok.finish_run($1, $2::integer, $3, $4)

select byok.resume($1, $2) as changed

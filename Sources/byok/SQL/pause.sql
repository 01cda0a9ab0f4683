select byok.pause($1, $2) is not null as changed

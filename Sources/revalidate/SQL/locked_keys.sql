select l.id from byok.locked_keys($1) l (id)

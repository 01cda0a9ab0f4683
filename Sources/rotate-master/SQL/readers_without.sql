select process, versions, seen_at from byok.readers_without($1::integer)

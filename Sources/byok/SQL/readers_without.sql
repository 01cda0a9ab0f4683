select r.process from byok.readers_without($1) r

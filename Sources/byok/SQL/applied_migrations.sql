select number, name from byok.migrations order by number

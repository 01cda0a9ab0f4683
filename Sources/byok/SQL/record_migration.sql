insert into byok.migrations (number, name) values ($1::integer, $2::text)

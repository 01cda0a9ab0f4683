insert into byok.installation (test) values ($1::boolean)

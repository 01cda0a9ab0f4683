select c.outcome from byok.key_checks c where c.run_id = $1 and c.key_id = $2

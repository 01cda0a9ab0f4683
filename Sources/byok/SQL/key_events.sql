select at, event, run_id, reason from byok.key_events where key_id = $1::uuid order by at desc, id desc limit 50

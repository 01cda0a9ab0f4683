select s.kind, s.name from byok.update_spoilers() s

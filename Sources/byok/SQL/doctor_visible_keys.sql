select (select count(*) from byok.api_keys) as seen, byok.count_keys() as stored

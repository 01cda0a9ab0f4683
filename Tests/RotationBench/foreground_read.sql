\set place random(0, :keys - 1)
select user_id, provider, master_key_version, sealed from byok.api_keys where id = md5(:place::text)::uuid;

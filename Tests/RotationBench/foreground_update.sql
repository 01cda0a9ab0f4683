\set place random(0, :keys - 1)
update byok.api_keys set updated_at = now() where id = md5(:place::text)::uuid;

select byok.approve_guard($1::text, $2::uuid, $3::text, $4::interval) as due

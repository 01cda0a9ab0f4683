select byok.fence_rotation($1, $2, $3::bigint) as done

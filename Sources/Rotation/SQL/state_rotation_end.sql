select byok.state_rotation_end($1, $2, $3::bigint) as done

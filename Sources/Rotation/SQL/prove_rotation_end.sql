select (byok.prove_rotation_end($1, $2, $3::bigint)).validated_at is not null as done

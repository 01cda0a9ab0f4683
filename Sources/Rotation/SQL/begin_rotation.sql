select id, target, holders_confirmed, validated_at, verified_at is not null as is_verified
from byok.begin_rotation($1, $2, $3::integer, $4)

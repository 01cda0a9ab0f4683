select id, target, holders_confirmed, validated_at, verified_at is not null as is_verified
from byok.rotations
where finished_at is null

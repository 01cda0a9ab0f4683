select k.id, k.user_id, k.provider, k.master_key_version, k.sealed
from byok.api_keys k
where k.quarantined_at is null

SELECT k.id, k.user_id, k.provider, k.label, k.key_revision, k.status FROM byok.api_keys k WHERE k.id = ANY ($1)

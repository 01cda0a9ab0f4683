select k.user_id, k.provider, k.label, k.key_prefix, k.key_revision, k.status, k.disabled_reason, k.disabled_at,
    k.disabled_by_run, k.last_verdict, k.last_checked_at, k.next_check_at, k.first_refused_at, k.quarantined_at,
    k.quarantine_reason, k.held_since, k.created_at
from byok.api_keys k
where k.id = $1

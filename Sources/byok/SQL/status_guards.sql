select provider, tripped, run_id, tripped_at, approved_until, looked, refused, threshold, held
from byok.provider_guard_state()
order by provider

select g.provider, g.tripped, g.tripped_at, g.approved_until, g.looked, g.refused, g.threshold, g.held
from byok.provider_guard_state() g

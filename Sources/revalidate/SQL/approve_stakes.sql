-- Every provider's guard, and the keys that its refusals may cost: held back, or struck once already.
select g.provider, g.tripped, g.run_id, g.tripped_at, g.approved_until, g.looked, g.refused, g.threshold, g.held,
    s.struck
from byok.provider_guard_state() g
cross join lateral (
    select count(*) as struck from byok.api_keys k
    where k.provider = g.provider and k.status <> 'disabled' and k.quarantined_at is null
        and k.held_since is null and k.first_refused_at is not null
) s
order by g.provider

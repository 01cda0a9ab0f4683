-- What the run $1 disabled, in the order of its doing, as far as the keys are still there.
select c.key_id, k.user_id, k.provider, k.label, coalesce(c.code, 'refused') as reason, c.http_status,
    k.first_refused_at, c.at as disabled_at
from byok.key_checks c
join byok.api_keys k on k.id = c.key_id
where c.run_id = $1 and c.outcome = 'disabled'
order by c.at, c.key_id
limit $2::bigint

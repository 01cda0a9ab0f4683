-- What byok.best_key answers, then what it answers when that one is out, and so on; then every other key
-- of the user with what keeps it from being used.
with recursive ranked as (
    select 1 as place, b.key_id, b.provider, b.credits_list, b.credits_own_key, b.reason,
        coalesce($3::jsonb -> 'not_keys', '[]') || to_jsonb(b.key_id) as tried
    from byok.best_key($1::uuid, $2::text, $3::jsonb) b
    union all
    select r.place + 1, b.key_id, b.provider, b.credits_list, b.credits_own_key, b.reason,
        r.tried || to_jsonb(b.key_id)
    from ranked r,
        lateral byok.best_key($1::uuid, $2::text, jsonb_set($3::jsonb, '{not_keys}', r.tried)) b
    where r.place < 50
), keys as (
    select r.place, k.id, k.provider, k.key_prefix, k.label, k.status, r.credits_list, r.credits_own_key, r.reason,
        k.last_verdict, k.last_checked_at, k.quarantined_at, k.disabled_reason, t.rank, t.fits,
        coalesce(r.credits_list - r.credits_own_key, 0) as saved
    from byok.api_keys k
    left join ranked r on r.key_id = k.id
    left join byok.task_routes t on t.task = $2::text and t.provider = k.provider
    where k.user_id = $1::uuid
)
select k.place, k.id, k.provider, k.key_prefix, k.label, k.status, k.credits_list, k.credits_own_key, k.reason,
    case
        when k.place = 1 then null
        when k.quarantined_at is not null then 'quarantined'
        when k.status = 'disabled' then 'disabled' || coalesce(': ' || k.disabled_reason, '')
        when k.status = 'unchecked' then 'not yet found valid'
        when k.rank is null then 'its provider does not do this task'
        when not coalesce(k.fits @> array(select jsonb_array_elements_text(coalesce($3::jsonb -> 'needs', '[]'))), false)
            then 'its provider does not fit what is needed'
        when not coalesce($3::jsonb -> 'providers' ? k.provider, true) then 'its provider is not among those allowed'
        when $3::jsonb -> 'not_keys' ? k.id::text then 'left out: already tried'
        when k.status = 'suspected' and f.status = 'active' then 'suspected, and the first is active'
        when k.last_verdict = 'exhausted' and f.last_verdict is distinct from 'exhausted' then 'without credit'
        when k.saved < f.saved then 'saves less than the first'
        when k.rank > f.rank then 'ranks behind the first for this task'
        when k.last_checked_at is distinct from f.last_checked_at then 'proven longer ago than the first'
        when k.place is null then 'not among the first 50'
        else 'equal to the first, whose id is lower'
    end as why_not
from keys k
left join keys f on f.place = 1
order by k.place nulls last, k.provider, k.id
limit 200

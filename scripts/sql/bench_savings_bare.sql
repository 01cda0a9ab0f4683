-- What a person would write who wants each user's sums and what was booked for them, and nothing else.
with used as (
    select user_id, count(*) as analyses,
        count(*) filter (where mode = 'own_key') as own_key,
        count(*) filter (where mode = 'plan') as plan,
        count(*) filter (where mode = 'fallback') as fallback,
        sum(credits_list) as list, sum(credits_charged) as charged,
        sum(credits_list - credits_charged) as saved
    from byok.analyses
    where started_at >= '2026-10-01Z' and started_at < '2026-11-01Z'
    group by user_id
),
booked as (
    select a.user_id, sum(l.credits) as booked
    from byok.credit_ledger l
    join byok.analyses a on a.id = l.analysis_id
    where l.entry = 'charge' and a.started_at >= '2026-10-01Z' and a.started_at < '2026-11-01Z'
    group by a.user_id
)
select u.*, round(-100 * u.saved / nullif(u.list, 0), 2) as rate, b.booked
from used u
left join booked b using (user_id)
order by u.user_id

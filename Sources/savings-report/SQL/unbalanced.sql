-- The first analyses of [$1, $2) that were not booked exactly once at their charge; of everybody or of user $3.
select a.id, a.user_id, a.credits_charged as charged, coalesce(e.entries, 0) as entries, e.booked
from byok.analyses a
left join (
    select l.analysis_id, count(*) as entries, sum(l.credits) as booked
    from byok.credit_ledger l
    where l.entry = 'charge' and l.at >= $1 - interval '24 hours'
    group by l.analysis_id
) e on e.analysis_id = a.id
where a.started_at >= $1 and a.started_at < $2 and ($3::uuid is null or a.user_id = $3)
    and (coalesce(e.booked, 0) <> a.credits_charged or e.entries > 1)
order by a.user_id, a.id
limit 100

-- The first analyses of [$1, $2) that were not booked once at their charge and that no correction mends; of the users $3.
select a.id, a.user_id, a.credits_charged as charged, b.entries, trim_scale(b.booked) as booked,
    trim_scale(b.corrected) as corrected
from byok.analyses a
cross join lateral (
    select count(*) filter (where l.entry = 'charge' and l.credits <> 0) as entries,
        count(*) filter (where l.credits = 'NaN' and l.entry = 'charge') as irregular,
        coalesce(sum(l.credits) filter (where l.credits < 'NaN' and l.entry = 'charge'), 0) as booked,
        sum(l.credits) filter (where l.credits < 'NaN' and l.entry = 'correction') as corrected
    from byok.credit_ledger l
    where l.analysis_id = a.id
) b
where a.user_id = any ($3::uuid[]) and a.started_at >= $1 and a.started_at < $2 and a.credits_charged < 'NaN'
    and (b.irregular > 0
        or not (b.entries <= 1 and b.booked = a.credits_charged
            or coalesce(b.booked + b.corrected = a.credits_charged, false)))
order by a.user_id, a.id
limit 100

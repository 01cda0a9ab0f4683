-- Bookings of [$1, $2) that belong to no analysis of it, by reason, the first of each named.
select case when a.id is null then 'no_analysis' else 'other_period' end as reason, l.entry,
    count(*) as entries, sum(l.credits) as credits,
    array_to_string((array_agg(l.id order by l.id))[1:20], ' ') as first_ids
from byok.credit_ledger l
left join byok.analyses a on a.id = l.analysis_id
where l.at >= $1 and l.at < $2
    and (a.id is null or l.entry = 'charge' and not (a.started_at >= $1 and a.started_at < $2))
group by 1, 2
order by 1, 2

-- Bookings of [$1, $2) that belong to no analysis of it, by reason, the first of each named. Charges: those of the ids $3
-- to $4, or null where there is none.
select case when a.id is null then 'no_analysis' else 'other_period' end as reason, l.entry,
    count(*) as entries, coalesce(sum(l.credits) filter (where l.credits < 'NaN'), 0) as credits,
    array_to_string((array_agg(l.id order by l.id))[1:20], ' ') as first_ids
from (
    select c.* from byok.credit_ledger c
    where c.entry = 'charge' and c.id between $3::bigint and $4::bigint and c.at >= $1 and c.at < $2
    union all
    select r.* from byok.credit_ledger r where r.entry <> 'charge' and r.at >= $1 and r.at < $2
) l
left join byok.analyses a on a.id = l.analysis_id
where a.id is null or l.entry = 'charge' and not (a.started_at >= $1 and a.started_at < $2)
group by 1, 2
order by 1, 2

-- Bookings of [$1, $2) that belong to no analysis of it, by reason, the first of each named. Charges: those of the ids $3
-- to $4, or null where there is none. Of user $5, or everybody's and nobody's. A second charge that no correction mends is a
-- fault, whichever period it is of.
select case
        when a.id is null then 'no_analysis'
        when b.entries > 1 and (b.booked + b.corrected = a.credits_charged) is not true then 'booked_again'
        else 'other_period'
    end as reason,
    l.entry, count(*) as entries, coalesce(sum(l.credits) filter (where l.credits < 'NaN'), 0) as credits,
    array_to_string((array_agg(l.id order by l.id))[1:20], ' ') as first_ids
from (
    select c.* from byok.credit_ledger c
    where c.entry = 'charge' and c.credits <> 0 and c.id between $3::bigint and $4::bigint and c.at >= $1 and c.at < $2
        and $5::uuid is null
    union all
    select r.* from byok.credit_ledger r where r.entry <> 'charge' and r.at >= $1 and r.at < $2 and $5::uuid is null
    union all
    select u.*
    from byok.analyses o
    join byok.credit_ledger u on u.analysis_id = o.id
    where $5::uuid is not null and o.user_id = $5 and u.at >= $1 and u.at < $2 and u.credits <> 0
) l
left join byok.analyses a on a.id = l.analysis_id
left join lateral (
    select count(*) filter (where c.entry = 'charge' and c.credits <> 0) as entries,
        sum(c.credits) filter (where c.entry = 'charge') as booked,
        sum(c.credits) filter (where c.entry = 'correction') as corrected
    from byok.credit_ledger c
    where l.entry = 'charge' and c.analysis_id = a.id and a.credits_charged < 'NaN'
        and not (a.started_at >= $1 and a.started_at < $2)
) b on true
where a.id is null or l.entry = 'charge' and not (a.started_at >= $1 and a.started_at < $2)
group by 1, 2
order by 1, 2

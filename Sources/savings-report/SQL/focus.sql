-- One row a month, price and mode for FOCUS: the analyses of [$1, $2), of everybody or of user $3, both numbers known,
-- and what was given back. $4: the price of a credit.
select
    f.*, trim_scale(f.credits_list * $4::numeric) as list_unit, trim_scale(f.credits_charged * $4::numeric) as contracted_unit,
    trim_scale(f.list * $4::numeric) as list_money, trim_scale(f.credits * $4::numeric) as money
from (
    select
        date_trunc('month', a.started_at at time zone 'UTC') at time zone 'UTC' as month,
        'usage' as entry, a.kind, a.provider, a.mode, a.credits_list, a.credits_charged, count(*) as quantity,
        count(*) * a.credits_list as list, trim_scale(count(*) * a.credits_charged) as credits
    from byok.analyses a
    where a.started_at >= $1 and a.started_at < $2 and ($3::uuid is null or a.user_id = $3)
        and a.credits_list is not null and a.credits_charged is not null
    group by 1, 2, 3, 4, 5, 6, 7
    union all
    select
        date_trunc('month', l.at at time zone 'UTC') at time zone 'UTC', l.entry, a.kind, a.provider,
        case when a.started_at < $1 then 'earlier' else a.mode end, null, null, count(*), null, trim_scale(sum(l.credits))
    from byok.credit_ledger l
    join byok.analyses a on a.id = l.analysis_id
    where l.entry <> 'charge' and l.at >= $1 and l.at < $2 and ($3::uuid is null or a.user_id = $3)
    group by 1, 2, 3, 4, 5
) f
order by 1, f.entry collate "C", f.kind collate "C", f.provider collate "C", f.mode collate "C", 6, 7

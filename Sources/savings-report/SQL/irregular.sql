-- The first rows of [$1, $2) whose numbers cannot be right or are not there; of everybody or of user $3.
select i.id, i.user_id, i.reason
from (
    select a.id::text, a.user_id,
        case
            when a.credits_charged is null or a.credits_charged = 'NaN' then 'charge_unknown'
            when a.credits_list is null or a.credits_list = 'NaN' then 'list_unknown'
            when a.credits_charged < 0 then 'charge_negative' when a.credits_list < 0 then 'list_negative'
            else 'provider_unknown'
        end as reason
    from byok.analyses a
    where a.started_at >= $1 and a.started_at < $2 and ($3::uuid is null or a.user_id = $3)
        and (
            a.credits_list is null or a.credits_charged is null or a.credits_list < 0 or a.credits_charged < 0
            or 'NaN' in (a.credits_list, a.credits_charged)
            or a.mode = 'own_key' and (a.provider is null
                or a.provider not in ('anthropic', 'openai', 'google', 'deepseek', 'mistral', 'groq'))
        )
    union all
    select 'ledger ' || l.id, a.user_id, case when l.credits = 'NaN' then 'booking_unknown' else 'refund_positive' end
    from byok.credit_ledger l
    left join byok.analyses a on a.id = l.analysis_id
    where (l.entry = 'refund' and l.credits > 0 or l.credits = 'NaN') and l.at >= $1 and l.at < $2
        and ($3::uuid is null or a.user_id = $3)
) i
order by i.reason, i.id
limit 100

-- The first rows of [$1, $2) whose numbers cannot be right or are not there; of everybody or of user $3. Prices are
-- everybody's, those of tokens in currency $4.
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
    union all
    select 'price ' || p.kind || ' ' || p.provider, null, 'price_unknown'
    from byok.credit_prices p
    where 'NaN' in (p.credits_list, p.credits_own_key) and p.valid_from < $2 and coalesce(p.valid_until, 'infinity') > $1
    union all
    select 'token price ' || t.provider || ' ' || t.model, null, 'price_unknown'
    from byok.token_prices t
    where 'NaN' in (t.input_price, t.output_price) and t.currency = $4 and t.valid_from < $2
        and coalesce(t.valid_until, 'infinity') > $1
) i
order by i.reason, i.id
limit 100

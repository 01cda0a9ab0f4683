-- Of each claim, its kind $1 and provider $2: whether the price list has ever known such a pair.
select c.place, exists (
    select from byok.credit_prices p
    where p.kind = coalesce(c.kind, p.kind) and p.provider = coalesce(c.provider, p.provider)
) as is_known
from unnest($1::text[], $2::text[]) with ordinality c (kind, provider, place)
where c.kind is not null or c.provider is not null
order by c.place

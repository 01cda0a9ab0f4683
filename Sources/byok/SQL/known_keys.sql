-- Of the keys given, those that have a row, by id or by user, provider and label. `taken`: the id is another key's.
select
    n.id, k.id is not null and (k.user_id, k.provider, k.label) is distinct from (n.user_id, n.provider, n.label) as taken,
    k.id is not null as by_id
from rows from (unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[]))
    as n (id, user_id, provider, label)
left join byok.api_keys k on k.id = n.id
where k.id is not null
    or exists (
        select from byok.api_keys p
        where p.user_id = n.user_id and p.provider = n.provider and p.label = n.label
    )

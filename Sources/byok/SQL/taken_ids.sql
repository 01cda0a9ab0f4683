-- Of keys that were not added: those whose id is another row's.
select n.id
from rows from (unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[]))
    as n (id, user_id, provider, label)
join byok.api_keys k on k.id = n.id
where (k.user_id, k.provider, k.label) is distinct from (n.user_id, n.provider, n.label)

-- The bills in currency $3 for months that lie wholly within [$1, $2), of everybody or of user $4, and how many there are:
-- the first thousand are told.
select to_char(b.month, 'YYYY-MM') as month, b.provider, b.user_id::text, trim_scale(b.amount)::text as amount, b.source,
    count(*) over () as all_rows
from byok.provider_bills b
where b.currency = $3 and b.month >= $1::timestamptz at time zone 'UTC'
    and b.month + interval '1 month' <= $2::timestamptz at time zone 'UTC'
    and ($4::uuid is null or b.user_id = $4)
order by b.month, b.provider, b.user_id
limit 1000

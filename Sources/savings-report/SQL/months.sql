-- Where months begin within ($1, $2).
select b.at
from (
    select generate_series(
        date_trunc('month', $1::timestamptz at time zone 'UTC'), $2::timestamptz at time zone 'UTC', interval '1 month'
    ) at time zone 'UTC' as at
) b
where b.at > $1 and b.at < $2
order by b.at

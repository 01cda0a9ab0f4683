select byok.reserve_seals($1::integer, $2::bigint) as booked

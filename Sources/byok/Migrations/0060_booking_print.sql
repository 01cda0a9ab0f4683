-- What a booking of an analysis adds to the sum by which analyses and ledger are compared: 63 bits of id and amount.
-- The sign is in the seed, as hash_numeric knows none, and not before the sum: one that goes back must not take another
-- away. A booking of nothing is none.
create function byok.booking_print(analysis_id uuid, credits numeric)
returns bigint language sql immutable parallel safe
return uuid_hash_extended(
    analysis_id, hash_numeric_extended(credits, case when credits > 0 then 1 when credits < 0 then 2 end)) >> 1;

revoke all on function byok.booking_print from public;

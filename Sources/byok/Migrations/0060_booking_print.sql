-- What a booking of an analysis adds to the sum by which analyses and ledger are compared: 63 bits of id and amount, and
-- their negative where credits went the other way, as hash_numeric knows no signs. A booking of nothing is none.
create function byok.booking_print(analysis_id uuid, credits numeric)
returns bigint language sql immutable parallel safe
return (uuid_hash_extended(analysis_id, hash_numeric(credits)) >> 1)
    * case when credits > 0 then 1 when credits < 0 then -1 end;

revoke all on function byok.booking_print from public;

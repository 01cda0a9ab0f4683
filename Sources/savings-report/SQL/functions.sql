-- What the statements above call.
select p.proname as name, pg_get_functiondef(p.oid) as definition
from pg_proc p
where p.pronamespace = 'byok'::regnamespace
    and p.proname in (
        'analysis_shape', 'booking_print', 'id_buckets', 'key_spells', 'key_stretches', 'period_parts',
        'price_periods', 'token_price_periods')
order by p.proname

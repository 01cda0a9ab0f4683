-- A database without the row was not made by `byok migrate --test`.
select coalesce((select test from byok.installation), false) as test

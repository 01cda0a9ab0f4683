-- A rotation asks who holds which master key.
select byok.tell_held_keys($1::text, $2::integer[])

select added as id
from byok.add_keys($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::integer, $7::bytea[], $8::text) added

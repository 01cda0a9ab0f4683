select s.key_id, s.outcome
from byok.settle_checks(
    'revalidate', $1, $2, $3, $4, $5, $6,
    $7, $8, $9, $10, $11::integer[], $12, $13, $14::integer[]
) s

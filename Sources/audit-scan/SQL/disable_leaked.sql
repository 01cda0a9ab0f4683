SELECT byok.disable_key('audit-scan', $1, $2, $3, $4, $5, 'leaked') AS outcome

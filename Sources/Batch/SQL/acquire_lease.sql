SELECT acquired, token, holder, acquired_at, until FROM byok.acquire_lease($1, $2, $3, $4)

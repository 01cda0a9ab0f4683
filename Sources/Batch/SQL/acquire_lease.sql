SELECT acquired, token, holder, acquired_at FROM byok.acquire_lease($1, $2, $3, $4)

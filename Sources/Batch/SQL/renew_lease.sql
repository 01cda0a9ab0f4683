SELECT byok.renew_lease($1, $2, $3, $4) AS renewed

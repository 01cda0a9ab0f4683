SELECT byok.release_lease($1, $2, $3) AS released

select byok.renew_lease('revalidate', '', $1, $2) as renewed

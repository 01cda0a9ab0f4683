select byok.return_unanswered('revalidate', $1, $2, $3) as returned

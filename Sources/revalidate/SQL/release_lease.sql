select byok.release_lease('revalidate', '', $1) as released

select byok.start_run($1, 'revalidate', '', $2)

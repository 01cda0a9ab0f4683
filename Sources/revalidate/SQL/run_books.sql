select b.outcome, b.count from byok.run_books($1) b

"""The figures of bench_savings_bare.sql in DuckDB, from CSV files in the folder given."""
import sys
import duckdb

folder = sys.argv[1]
duckdb.sql(f"""
    copy (
        with used as (
            select user_id, count(*) as analyses, count(*) filter (where mode = 'own_key') as own_key,
                count(*) filter (where mode = 'plan') as plan, count(*) filter (where mode = 'fallback') as fallback,
                sum(credits_list::decimal(12, 4)) as list, sum(credits_charged::decimal(12, 4)) as charged
            from '{folder}/analyses.csv' group by user_id
        ), booked as (
            select a.user_id, sum(l.credits::decimal(12, 4)) as booked
            from '{folder}/ledger.csv' l join '{folder}/analyses.csv' a on a.id = l.analysis_id
            where l.entry = 'charge' group by a.user_id
        )
        select * from used left join booked using (user_id) order by user_id
    ) to '{folder}/duckdb.csv'
""")

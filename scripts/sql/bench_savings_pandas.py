"""The figures of bench_savings_bare.sql in pandas, from CSV files in the folder given. Binary floats: not exact."""
import sys
import pandas

folder = sys.argv[1]
analyses = pandas.read_csv(f"{folder}/analyses.csv", usecols=["id", "user_id", "mode", "credits_list", "credits_charged"])
ledger = pandas.read_csv(f"{folder}/ledger.csv", usecols=["analysis_id", "entry", "credits"])
users = analyses.groupby("user_id").agg(
    analyses=("id", "size"), list=("credits_list", "sum"), charged=("credits_charged", "sum"))
for mode in ("own_key", "plan", "fallback"):
    users[mode] = analyses[analyses["mode"] == mode].groupby("user_id").size()
charges = ledger[ledger["entry"] == "charge"].merge(analyses[["id", "user_id"]], left_on="analysis_id", right_on="id")
users["booked"] = charges.groupby("user_id")["credits"].sum()
users.sort_index().to_csv(f"{folder}/pandas.csv")

-- Analyses that are alike in all that a savings report tells them apart by have one number, which is sooner grouped by than
-- seven columns. Texts that are empty and texts that are not there count as one. hash_numeric knows no signs, and takes
-- NaN for infinite: hence the seeds, of which the second is stirred, so that two such amounts cannot trade places.
create function byok.analysis_shape(
    kind text, provider text, mode text, fallback_reason text, model text, credits_list numeric, credits_charged numeric
)
returns bigint language sql immutable parallel safe
return hashtextextended(kind, hashtextextended(mode, hashtextextended(coalesce(provider, ''),
    hashtextextended(coalesce(fallback_reason, ''), hashtextextended(coalesce(model, ''),
    hash_numeric_extended(coalesce(credits_charged, 0), hashint8extended(
        hash_numeric_extended(coalesce(credits_list, 0),
            case when credits_list >= 0 then 3 when credits_list is null then 6 else 9 end),
        case when credits_charged >= 0 then 3 when credits_charged is null then 6 else 9 end)))))));

revoke all on function byok.analysis_shape from public;

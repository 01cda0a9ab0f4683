SELECT byok.count_keys() AS stored,
    (SELECT coalesce(sum(octet_length(f.windows)), 0) / 8 FROM byok.key_fingerprints f)::bigint AS windows,
    (SELECT max(m.number) FROM byok.migrations m) AS schema_number

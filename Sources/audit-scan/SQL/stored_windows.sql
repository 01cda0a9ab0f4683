-- Fingerprints of what is stored now; one of an older revision is of a key that was replaced.
COPY (
    SELECT f.key_id, f.scan_key_id, encode(f.windows, 'hex')
    FROM byok.key_fingerprints f JOIN byok.api_keys k ON k.id = f.key_id AND k.key_revision = f.key_revision
) TO STDOUT

update byok.api_keys
set master_key_version = 2,
    sealed = '\x01'::bytea || encrypt(
        gen_random_bytes(16) || substring(decrypt(substring(sealed, 2), digest('old', 'sha256'), 'aes-cbc'), 17),
        digest('new', 'sha256'), 'aes-cbc')
where master_key_version = 1 and quarantined_at is null;

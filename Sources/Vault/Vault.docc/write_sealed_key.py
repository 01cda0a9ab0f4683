"""Seals a key for one row. Reads a JSON object on stdin:
{"masterKey": base64, "version": 1, "keyId": uuid, "userId": uuid, "provider": "groq", "key": text}
and prints the sealed bytes in base64."""

import base64
import json
import os
import sys
import uuid

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def additional_data(row):
    ids = uuid.UUID(row["keyId"]).bytes + uuid.UUID(row["userId"]).bytes
    return b"byok/v1\0" + ids + row["version"].to_bytes(4, "big") + row["provider"].encode("ascii")


def seal(key, master_key, row):
    if len(master_key) != 32:
        raise ValueError("a master key has 32 bytes")
    nonce = os.urandom(12)
    return b"\x01" + nonce + AESGCM(master_key).encrypt(nonce, key, additional_data(row))


if __name__ == "__main__":
    row = json.load(sys.stdin)
    sealed = seal(row["key"].encode(), base64.b64decode(row["masterKey"]), row)
    sys.stdout.write(base64.b64encode(sealed).decode())

"""Opens the sealed key of one row. Reads a JSON object on stdin:
{"masterKey": base64, "version": 1, "keyId": uuid, "userId": uuid, "provider": "groq", "sealed": base64}
and prints the key; exits with 1 when the bytes are not that row's."""

import base64
import json
import sys
import uuid

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def additional_data(row):
    ids = uuid.UUID(row["keyId"]).bytes + uuid.UUID(row["userId"]).bytes
    return b"byok/v1\0" + ids + row["version"].to_bytes(4, "big") + row["provider"].encode("ascii")


def open_sealed(sealed, master_key, row):
    if len(sealed) < 30 or sealed[0] != 1:
        raise ValueError("not a sealed key of format 1")
    return AESGCM(master_key).decrypt(sealed[1:13], sealed[13:], additional_data(row))


if __name__ == "__main__":
    row = json.load(sys.stdin)
    key = open_sealed(base64.b64decode(row["sealed"]), base64.b64decode(row["masterKey"]), row)
    sys.stdout.buffer.write(key)

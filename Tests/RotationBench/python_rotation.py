"""The script that one writes without rotate-master: every key from one master key to another, by the same
compare-and-set. Reads pages in the order of the primary key; writes row by row with a commit each, or a page at a time.

    python_rotation.py row|batched FROM TO [LIMIT]

The database comes from PG* variables, the master keys from BYOK_MASTER_KEYS_FILE. Prints `seconds N`: without the
start of Python."""

import base64
import os
import sys
import time
import uuid

import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PAGE = {"row": 1000, "batched": 5000}
READ = """select id, user_id, provider, sealed from byok.api_keys
    where id > %b and master_key_version = %b and quarantined_at is null order by id limit %b"""
WRITE_ROW = """update byok.api_keys set sealed = %b, master_key_version = %b
    where id = %b and user_id = %b and master_key_version = %b and substring(sealed, 2, 12) = %b"""
WRITE_PAGE = """update byok.api_keys k set sealed = n.sealed, master_key_version = %b
    from unnest(%b::uuid[], %b::uuid[], %b::bytea[], %b::bytea[]) n (id, user_id, nonce, sealed)
    where k.id = n.id and k.user_id = n.user_id and k.master_key_version = %b
        and substring(k.sealed, 2, 12) = n.nonce and k.quarantined_at is null"""


def ciphers():
    with open(os.environ["BYOK_MASTER_KEYS_FILE"]) as file:
        entries = (line.strip().split(":", 1) for line in file if line.strip())
        return {int(version): AESGCM(base64.b64decode(key)) for version, key in entries}


def rewrap(row, old, new, source, target):
    key_id, user_id, provider, sealed = row
    binding = b"byok/v1\0" + key_id.bytes + user_id.bytes
    name = provider.encode()
    key = old.decrypt(sealed[1:13], sealed[13:], binding + source.to_bytes(4, "big") + name)
    nonce = os.urandom(12)
    return b"\x01" + nonce + new.encrypt(nonce, key, binding + target.to_bytes(4, "big") + name)


def write_rows(cursor, rows, sealed, source, target):
    for row, new in zip(rows, sealed):
        cursor.execute(WRITE_ROW, (new, target, row[0], row[1], source, row[3][1:13]))


def write_page(cursor, rows, sealed, source, target):
    ids, users, _, old = zip(*rows)
    nonces = [each[1:13] for each in old]
    cursor.execute(WRITE_PAGE, (target, list(ids), list(users), nonces, sealed, source))


def rotate(cursor, way, source, target, limit):
    old, new = (ciphers()[version] for version in (source, target))
    write = {"row": write_rows, "batched": write_page}[way]
    after, left = uuid.UUID(int=0), limit
    while left > 0:
        cursor.execute(READ, (after, source, min(PAGE[way], left)), binary=True)
        rows = cursor.fetchall()
        if not rows:
            return
        write(cursor, rows, [rewrap(row, old, new, source, target) for row in rows], source, target)
        after, left = rows[-1][0], left - len(rows)


def main(way, source, target, limit=sys.maxsize):
    with psycopg.connect(autocommit=True) as connection, connection.cursor(binary=True) as cursor:
        start = time.monotonic()
        rotate(cursor, way, int(source), int(target), int(limit))
        print(f"seconds {time.monotonic() - start:.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:])

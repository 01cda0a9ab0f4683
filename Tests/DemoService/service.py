"""A service that goes on while its master key is rotated, written as Vault.docc tells another service to.

    service.py run KEYS     adds, replaces and deletes keys, and reads random ones, until it is sent SIGTERM; then reads
                            all of its own back. KEYS is a file of lines as `byok keys import` takes them.
    service.py read         opens every key

The database comes from PG* variables, the master keys from BYOK_MASTER_KEYS_FILE. Prints what was done as one JSON
object; ends with 1 when a key could not be read, or was not the one that was written."""

import base64
import collections
import json
import os
import pathlib
import random
import signal
import sys
import threading
import uuid

import psycopg

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "Sources/Vault/Vault.docc"))
from read_sealed_key import open_sealed
from write_sealed_key import seal

READ = "select id, user_id, provider, master_key_version, sealed from byok.api_keys where quarantined_at is null"
SEALS_AT_A_TIME = 100


def master_keys():
    entries = pathlib.Path(os.environ["BYOK_MASTER_KEYS_FILE"]).read_text().split()
    return {int(version): base64.b64decode(key) for version, key in (entry.split(":", 1) for entry in entries)}


class Service:
    def __init__(self):
        self.keyring = master_keys()
        self.counts = collections.Counter(added=0, replaced=0, deleted=0, read=0)
        self.errors = []
        self.stop = threading.Event()
        self.written = {}
        self.seals = collections.Counter()

    def connect(self):
        return psycopg.connect(autocommit=True)

    def open(self, row):
        key_id, user_id, provider, version, sealed = row
        binding = {"keyId": str(key_id), "userId": str(user_id), "provider": provider, "version": version}
        self.counts["read"] += 1
        return open_sealed(sealed, self.keyring[version], binding).decode()

    def seal(self, connection, key, key_id, user_id, provider):
        """Under the version that the database names, after booking the seal."""
        (version,) = connection.execute("select version from byok.master_keys where state = 'current'").fetchone()
        if self.seals[version] == 0:
            connection.execute("select byok.reserve_seals(%s, %s)", (version, SEALS_AT_A_TIME))
            self.seals[version] = SEALS_AT_A_TIME
        self.seals[version] -= 1
        binding = {"keyId": str(key_id), "userId": str(user_id), "provider": provider, "version": version}
        return version, seal(key.encode(), self.keyring[version], binding)

    def add(self, connection, line):
        key_id, user_id, provider = uuid.uuid4(), uuid.UUID(line["user_id"]), line["provider"]
        version, sealed = self.seal(connection, line["key"], key_id, user_id, provider)
        connection.execute(
            "select byok.add_key(%s, %s, %s, %s, %s, %s, %s)",
            (key_id, user_id, provider, str(key_id), line["key"][:4], version, sealed))
        self.written[key_id] = line["key"]
        self.counts["added"] += 1

    def replace(self, connection, line):
        key_id, user_id = self.pick(connection, line["provider"])
        version, sealed = self.seal(connection, line["key"], key_id, user_id, line["provider"])
        connection.execute(
            "select byok.replace_key(%s, %s, %s, %s, %s)", (key_id, user_id, line["key"][:4], version, sealed))
        self.written[key_id] = line["key"]
        self.counts["replaced"] += 1

    def delete(self, connection, line):
        key_id, _ = self.pick(connection, line["provider"])
        connection.execute("select byok.delete_key(%s, 'the user asked for it')", (key_id,))
        self.written.pop(key_id, None)
        self.counts["deleted"] += 1

    def pick(self, connection, provider):
        return connection.execute(
            "select id, user_id from byok.api_keys where provider = %s order by random() limit 1", (provider,)).fetchone()

    def write_on(self, connection, lines):
        for line in lines:
            if self.stop.wait(0.02):
                return
            random.choice((self.add, self.add, self.replace, self.replace, self.replace, self.delete))(connection, line)

    def read_on(self, connection):
        while not self.stop.wait(0.005):
            for row in connection.execute(READ + " order by random() limit 10").fetchall():
                self.open(row)

    def read_all(self, connection):
        """Whatever was written is there, and nothing that was deleted."""
        keys = {row[0]: self.open(row) for row in connection.execute(READ).fetchall()}
        lost = sum(keys.get(key_id) != key for key_id, key in self.written.items())
        if lost:
            self.errors.append(f"{lost} keys are not what was written")

    def guarded(self, work, *arguments):
        """An error is told by its kind: its text may quote what must not be told."""
        try:
            with self.connect() as connection:
                work(connection, *arguments)
        except Exception as error:
            self.errors.append(f"{type(error).__name__} {getattr(error, 'sqlstate', None) or ''}".strip())

    def run(self, path):
        with open(path) as file:
            lines = [json.loads(line) for line in file]
        with self.connect() as connection:
            connection.execute("select byok.tell_held_keys('demo-service', %s)", (list(self.keyring),))
        work = ((self.write_on, lines), (self.read_on,))
        threads = [threading.Thread(target=self.guarded, args=each) for each in work]
        signal.signal(signal.SIGTERM, lambda *_: self.stop.set())
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.guarded(self.read_all)

    def finish(self):
        print(json.dumps({**self.counts, "errors": self.errors}))
        sys.exit(1 if self.errors else 0)


if __name__ == "__main__":
    service = Service()
    if sys.argv[1] == "run":
        service.run(sys.argv[2])
    else:
        service.guarded(service.read_all)
    service.finish()

"""Many accounts in a store, each with the folders and subscriptions of one that is there.

Straight into the tables, triggers included, beside the daemon that runs on them: through its listener ten thousand would take
longer than all that is tested or measured with them. They have no password: nobody logs in as one of them.
"""

import contextlib
import sqlite3

PATIENCE_SECONDS = 60

# ?1: the account that is there, ?2: the first number behind all accounts, ?3: how many
MULTIPLY = (
    "INSERT INTO accounts (id, imid, made) WITH RECURSIVE crowd (id) AS "
    "(VALUES (?2) UNION ALL SELECT id + 1 FROM crowd WHERE id + 1 < ?2 + ?3) "
    "SELECT c.id, 'reader-' || c.id || substr(a.imid, instr(a.imid, '@')), a.made FROM crowd c, accounts a WHERE a.id = ?1",
    "INSERT INTO folders (account, path, path_key) SELECT a.id, f.path, f.path_key FROM accounts a, folders f "
    "WHERE a.id BETWEEN ?2 AND ?2 + ?3 - 1 AND f.account = ?1",
    "INSERT INTO subscriptions (uuid, account, feed, state, version, title, description, made) "
    "SELECT printf('%08x-0000-4000-8000-%012x', s.feed, a.id), a.id, s.feed, s.state, s.version, s.title, s.description, s.made "
    "FROM accounts a, subscriptions s WHERE a.id BETWEEN ?2 AND ?2 + ?3 - 1 AND s.account = ?1 ORDER BY a.id")


def multiply(path, address, count):
    """`count` more like the account of that address."""
    with contextlib.closing(sqlite3.connect(path, timeout=PATIENCE_SECONDS)) as store, store:
        store.execute("BEGIN IMMEDIATE")
        (model, first), = store.execute("SELECT id, (SELECT max(id) + 1 FROM accounts) FROM accounts WHERE imid = ?", (address,))
        for statement in MULTIPLY:
            store.execute(statement, (model, first, count))

"""Row `mailbox`: CHECK and the newest 100 of INDEX in a mailbox of 1,000,000 messages, beside the same in one of 1,000; for its
owner, and for a member with whom it is shared."""

import os
import sqlite3
import statistics
import sys
import time
import uuid

from lone_daemon import LoneDaemon
from measuring import Measure, Report, add_ratios, alternate, medians

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))

from immp_client import Mailer, expect  # noqa: E402

SIZES = {"alice": 1_000, "carol": 1_000_000}
ASKED = 100
ROUNDS = 5
BODIES = 100
COMMANDS = {"CHECK": ("MBOX CHECK /INBOX", 240), "CHECK unread": ("MBOX CHECK /INBOX::unread", 240),
            "INDEX LIMIT 100": ("MBOX INDEX /INBOX LIMIT 100 +JSON", 250),
            "INDEX unread LIMIT 100": ("MBOX INDEX /INBOX::unread LIMIT 100 +JSON", 250)}
MEMBERS = {"alice": "carol", "carol": "alice"}  # whose mailbox, and who reads it


def fill(store, account, count):
    """Straight into the tables, triggers included: a million deliveries would take longer than all that is measured."""
    (folder, owner), = store.execute("SELECT f.id, a.id FROM folders f JOIN accounts a ON a.id = f.account "
                                     "WHERE a.imid = ? AND f.path = '/INBOX'", (account,))
    first = store.execute("SELECT coalesce(max(id), 0) + 1 FROM messages").fetchone()[0]
    store.executemany(
        "INSERT INTO messages (id, uuid, sender, recipients, copies, subject, date, importance, secure, reply_to, in_reply_to, "
        "reference_list, received, failed, length) VALUES (?, ?, ?, ?, '', ?, ?, 1, 0, '', '', '', '', '', 4096)",
        ((first + at, str(uuid.UUID(int=first + at)), f"sender{at % BODIES}@b.example", f"{len(account)}:{account},",
          f"Subject {at}", at) for at in range(count)))
    store.execute("INSERT INTO refs (folder, account, message, uuid, is_read, sender, date, filed) "
                  "SELECT ?, ?, id, uuid, id % 3 > 0, sender, date, date FROM messages WHERE id >= ? ORDER BY id",
                  (folder, owner, first))


def share(store, owner, member):
    """INBOX, of which the member has read what the owner has."""
    (folder, account), = store.execute("SELECT f.id, a.id FROM folders f JOIN accounts a ON a.id = f.account "
                                       "WHERE a.imid = ? AND f.path = '/INBOX'", (owner,))
    (reader,), = store.execute("SELECT id FROM accounts WHERE imid = ?", (member,))
    store.execute("INSERT INTO shares (account, folder, member, rights) VALUES (?, ?, ?, 1)", (account, folder, reader))
    store.execute("INSERT INTO seen (ref, member) SELECT id, ? FROM refs WHERE folder = ? AND is_read = 1", (reader, folder))


def asked(mailer, line, code):
    seconds = []
    for _ in range(ASKED):
        began = time.perf_counter()
        expect(mailer.connection.ask(line), code)
        seconds.append(time.perf_counter() - began)
    return {"median ms": statistics.median(seconds) * 1e3}


def run():
    with LoneDaemon() as lone:
        domain = lone.side["domain"]
        with sqlite3.connect(os.path.join(lone.folder, "store", "immp.db"), timeout=60) as store:
            for name, count in SIZES.items():
                fill(store, f"{name}@{domain}", count)
            for owner, member in MEMBERS.items():
                share(store, f"{owner}@{domain}", f"{member}@{domain}")
        store.close()
        with Mailer(lone.side, "alice", "tls") as alice, Mailer(lone.side, "carol", "tls") as carol:
            mailers = {"alice": alice, "carol": carol}
            measures = []
            for name, (line, code) in COMMANDS.items():
                for owner, count in SIZES.items():
                    others = line.replace("/INBOX", f"{owner}@{domain}/INBOX")
                    for who, mailer, text in (("", mailers[owner], line), (" by a member", mailers[MEMBERS[owner]], others)):
                        measures.append(Measure(f"{name}{who}, {count:,} messages",
                                                lambda m=mailer, li=text, co=code: asked(m, li, co)))
            series = alternate(measures, ROUNDS)
    lines = []
    for name in [name + who for name in COMMANDS for who in ("", " by a member")]:
        base, other = (f"{name}, {count:,} messages" for count in SIZES.values())
        pair = {base: series[base], other: series[other]}
        add_ratios(pair, "median ms", base, "of 1,000")
        lines += medians(pair)
    return Report(lines, series, ["over TLS 1.3; the client is Python; messages without bodies, a third of them unread"])

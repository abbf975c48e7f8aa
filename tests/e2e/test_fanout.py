"""An item for 100,000 subscribers at ten domains: it crosses the link once a domain, is stored there once, and one domain that never
acknowledges holds up no other."""

import os
import signal
import unittest

import crowd
from harness import Lab
from immp_client import Mailer, Part, expect
from waiting import wait_until

SUBSCRIBERS = 10_000  # of each domain
PUBLISHER, FROZEN = "a", "k"
NODE = "alice/news@a.example"
BODY = bytes(range(256)) * 16
SECONDS = 240

BUNDLES = "SELECT count(*) FROM receipts WHERE origin = 'a.example'"
WAITING = "SELECT destination FROM outbox WHERE message IN (SELECT id FROM messages WHERE uuid = ?)"
COPIES = "SELECT count(*) FROM messages WHERE uuid = ?"
BODIES = f"SELECT count(*) FROM bodies WHERE length = {len(BODY)}"
FILED = ("SELECT count(*), count(DISTINCT r.account), count(DISTINCT f.account) FROM refs r JOIN folders f ON f.id = r.folder "
         "AND f.account = r.account AND f.path = '/PUSH' WHERE r.uuid = ?")
STOPPED = "T"  # a process, in /proc


class Fanout(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab("--a", "prosody", "--b", "ejabberd", "--domains", "11"))
        cls.domains = [name for name in cls.lab.sides if name != PUBLISHER]

    def one(self, side, query, *values):
        """The only row; None while the store cannot be read."""
        rows = self.lab.rows(side, query, values)
        return rows and rows[0]

    def subscribe(self, reader):
        reader.connection.send(f"SUBSCRIBE TO {NODE}\n")
        expect(reader.connection.answer(), 380)
        expect(reader.connection.answer(), 280)

    def gather(self, side):
        """The first and the last subscriber of the domain, who are told over the link and by their own domain; between them as
        many as there are to be."""
        shown = self.lab.sides[side]
        first, last = (self.enterContext(Mailer(shown, address.partition("@")[0])) for address in shown["accounts"])
        self.subscribe(first)
        crowd.multiply(self.lab.store(side), first.address, SUBSCRIBERS - 2)
        self.subscribe(last)
        return first, last

    def publish(self, alice):
        alice.connection.send(f"PUBLISH TO {NODE}\n".encode() + Part("news", BODY).wire() + b"DONE\n")
        for code in (270, 271, 272):
            expect(alice.connection.answer(), code)
        return expect(alice.connection.answer(), 260).last.text.split(" ")[0]

    def wait_for_all(self, side, item):
        """Until nothing is left to be filed there, and the item lies in the /PUSH of each."""
        wait_until(f"{SUBSCRIBERS} subscribers of {side}.example have the item",
                   lambda: self.one(side, FILED, item) == (SUBSCRIBERS,) * 3 and self.one(side, "SELECT count(*) FROM fanouts") == (0,),
                   SECONDS, interval=0.1)

    def check_stored_once(self, side, item, bundles):
        self.assertEqual(self.one(side, BUNDLES), (bundles + 1,), f"bundles that {side}.example has answered")
        self.assertEqual(self.one(side, COPIES, item), (1,))
        self.assertEqual(self.one(side, BODIES), (1,))

    def check_read(self, reader, item):
        found, = reader.index("/PUSH")
        self.assertEqual((found["_id"], found["from"], found["flags"]), (item, NODE, []))
        self.assertEqual(reader.fetch_part(item, "news", "/PUSH"), BODY)

    def freeze(self, side):
        """From now on this domain's daemon acknowledges nothing, and its connections stay open."""
        pid = self.lab.pid(side, "immpd")
        self.addCleanup(os.kill, pid, signal.SIGCONT)
        os.kill(pid, signal.SIGSTOP)
        return pid

    def state(self, pid):
        """As the kernel tells it."""
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0]

    def test_item_for_ten_domains(self):
        alice = self.enterContext(Mailer(self.lab.a, "alice"))
        expect(alice.connection.ask(f"PUBLISH CREATE {NODE}"), 261)
        readers = {side: self.gather(side) for side in self.domains}
        listed = expect(alice.connection.ask(f"PUBLISH LIST {NODE}"), 262).lines[0]
        self.assertEqual(listed.field("domains"), "10")
        wait_until("what is known of the node has been acknowledged",
                   lambda: self.one(PUBLISHER, "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM outgoing)") == (0,), SECONDS)
        bundles = {side: self.one(side, BUNDLES)[0] for side in self.domains}
        pid = self.freeze(FROZEN)
        item = self.publish(alice)
        for side in self.domains:
            if side != FROZEN:
                self.wait_for_all(side, item)
        # The one that says nothing is the only one that is waited for.
        wait_until("nine domains have acknowledged", lambda: self.lab.rows(PUBLISHER, WAITING, (item,)) == [(f"{FROZEN}.example",)], SECONDS)
        self.assertEqual(self.state(pid), STOPPED)
        self.assertEqual(self.one(FROZEN, COPIES, item), (0,))
        os.kill(pid, signal.SIGCONT)
        self.wait_for_all(FROZEN, item)
        wait_until("the last domain has acknowledged", lambda: self.lab.rows(PUBLISHER, WAITING, (item,)) == [], SECONDS)
        for side in self.domains:
            with self.subTest(side):
                self.check_stored_once(side, item, bundles[side])
                for reader in readers[side]:
                    self.check_read(reader, item)


if __name__ == "__main__":
    unittest.main()

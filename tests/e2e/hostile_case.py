"""A lab in which b.example is another domain's component that is not ours, and c.example, too.

b.example's own immpd is ended and its place taken; c.example speaks through a component on a.example's server that a.example's
configuration names for it.
"""

import contextlib
import os
import sqlite3
import subprocess
import unittest

import nacl.bindings as sodium

from harness import Lab
from immp_armor import Identity, mail_item, make_bundle, read_receipt
from immp_client import Mailer, text_part
from immp_component import Stranger
from waiting import wait_until

ALICE, BOB = "alice@a.example", "bob@b.example"
OTHER_JID, OTHER_SECRET = "elsewhere.a.example", "c4e0b1"
SECONDS = 60


def write_file(path, text, mode="w"):
    with open(path, mode, encoding="utf-8") as file:
        file.write(text)


class HostileCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab())
        cls.admit_other_domain()
        cls.lab.kill("b", "immpd")
        cls.identity, cls.other_identity = Identity("b.example"), Identity("c.example")
        cls.stranger = cls.attach(cls.lab.b["component"]["address"], "immp.b.example", cls.lab.b["component"]["secret"], cls.identity)
        cls.other = cls.attach(cls.lab.a["component"]["address"], OTHER_JID, OTHER_SECRET, cls.other_identity)
        cls.key = cls.stranger.learn_peer()
        # a.example has the key of the immpd that was there before. Where it has just looked for b.example in vain, because ejabberd
        # lists a component only while it is connected, it says 403 until it looks again.
        wait_until("a.example judges the stranger's key", lambda: cls.stranger.offer(make_bundle(
            cls.identity, cls.key, b"", sodium.randombytes(32))).code == 412, SECONDS)
        cls.accept_key()

    @classmethod
    def admit_other_domain(cls):
        folder = os.path.dirname(cls.lab.a["config"])
        for role in ("immpd", "xmpp"):
            cls.lab.kill("a", role)
        write_file(os.path.join(folder, "xmpp", "prosody.cfg.lua"),
                   f'\nComponent "{OTHER_JID}"\n  component_secret = "{OTHER_SECRET}"\n', "a")
        with open(cls.lab.a["config"], encoding="utf-8") as file:
            text = file.read()
        write_file(cls.lab.a["config"], text.replace("[component]\n", f'[component]\npeers = ["c.example={OTHER_JID}"]\n'))
        for role in ("xmpp", "immpd"):
            cls.lab.start("a", role)

    @classmethod
    def attach(cls, address, jid, secret, identity):
        return cls.enterClassContext(Stranger(address, jid, secret, identity, "immp.a.example"))

    @classmethod
    def accept_key(cls):
        subprocess.run([os.path.join(os.environ["IMMP_BIN"], "immpd"), "pins", "accept", "b.example", "--config",
                        cls.lab.a["config"]], check=True)

    def setUp(self):
        self.stranger.judge = self.stranger.accept
        self.alice = self.enterContext(Mailer(self.lab.a, "alice"))
        self.content_key = sodium.randombytes(32)

    def bundle(self, subject, identity=None, recipient=ALICE, **options):
        """A mail of bob's for alice, sealed and signed as it should be."""
        signer = options.pop("signer", self.identity)
        item = mail_item(f"bob@{signer.domain}", [recipient], subject, b"Hello Alice.\n", identity)
        return make_bundle(signer, self.key, item, self.content_key, **options)

    def subjects(self):
        return [message["subject"] for message in self.alice.index()]

    def assert_receipt(self, answer, bundle, code, outcomes=()):
        self.assertIsNotNone(answer.receipt, answer)
        self.assertEqual(read_receipt(answer.receipt, bundle, self.key, self.content_key), (code, list(outcomes)))

    def assert_refused(self, answer, code, subject):
        """An unsigned refusal, and no mail."""
        self.assertEqual((answer.code, answer.receipt), (code, None))
        self.assertNotIn(subject, self.subjects())

    def assert_refused_by_signature(self, answer, bundle, code, subject):
        """A signed refusal of the whole bundle, and no mail."""
        self.assert_receipt(answer, bundle, code)
        self.assertNotIn(subject, self.subjects())

    def waiting(self, recipient):
        """The rows of a.example's outbox for a recipient."""
        path = os.path.join(os.path.dirname(self.lab.a["config"]), "store", "immp.db")
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
            return store.execute("SELECT COUNT(*) FROM outbox WHERE recipient = ?", (recipient,)).fetchone()[0]

    def send(self, recipient, subject):
        sent = self.alice.submit([recipient], subject, [text_part("Hello\n")])
        self.assertEqual(sent.recipients(), {recipient: 273})

    def receive(self, recipient):
        """The next bundle with a mail for this recipient."""
        while True:
            bundle, content_key, items = self.stranger.received.get(timeout=SECONDS)
            if any(recipient in inner["recipients"] for inner, _ in items):
                return bundle, content_key, items

    def log(self):
        with open(next(path for path in self.lab.a["logs"] if path.endswith("immpd.log")), encoding="utf-8") as file:
            return file.read()

"""One immpd between two attackers: the test is its XMPP server with all other domains, and its clients. Alice has an account, and
is served whatever happens.
"""

import contextlib
import os
import sqlite3
import subprocess
import tempfile
import unittest

from alone import DOMAIN, Alone, program
from immp_armor import Identity
from immp_client import Mailer, expect
from ports import LOOPBACK
from processes import peak_bytes, reset_peak
from scripted_server import ScriptedPeer, ScriptedServer

ALICE = f"alice@{DOMAIN}"
MIB = 1 << 20


class EdgeCase(unittest.TestCase):
    SETTINGS = {}

    @classmethod
    def setUpClass(cls):
        cls.alone = Alone(cls.enterClassContext(tempfile.TemporaryDirectory()))
        made = subprocess.run([program(), "account", "add", ALICE, "-c", cls.alone.config], capture_output=True, text=True, check=True)
        cls.secret = made.stdout.strip()
        cls.server = cls.enterClassContext(ScriptedServer())
        cls.daemon = cls.enterClassContext(cls.alone.start(component_port=cls.server.port, **cls.SETTINGS))
        cls.daemon.wait_for("link: online as")
        cls.plain, cls.tls = cls.daemon.addresses()
        cls.alice = cls.enterClassContext(Mailer(cls.as_side(), "alice"))

    @classmethod
    def as_side(cls):
        return {"domain": DOMAIN, "ca": cls.alone.authority.certificate, "listener": cls.plain, "accounts": {ALICE: cls.secret}}

    def setUp(self):
        self.server.intercept = lambda *_: None
        reset_peak(self.daemon.pid)
        self._held = peak_bytes(self.daemon.pid)

    @classmethod
    def peer(cls, domain):
        return ScriptedPeer(cls.server, Identity(domain))

    def assert_served(self):
        """Alice, and her XMPP server, are answered now."""
        expect(self.alice.connection.ask("NOOP"), 200)
        expect(self.alice.connection.ask("MBOX CHECK /INBOX"), 240)
        asked = self.server.ask("get", f"immp.{DOMAIN}", "<ping xmlns='urn:xmpp:ping'/>", DOMAIN)
        self.assertEqual(asked.get(timeout=30).get("type"), "result")

    def assert_grown_within(self, octets):
        grown = peak_bytes(self.daemon.pid) - self._held
        self.assertLess(grown, octets, f"{grown / MIB:.1f} MiB more than at the beginning")

    def subjects(self):
        return [message["subject"] for message in self.alice.index()]

    def waiting(self):
        """The recipients in the outbox."""
        path = os.path.join(self.alone.folder, "store", "immp.db")
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
            return {recipient for recipient, in store.execute("SELECT recipient FROM outbox")}

    @staticmethod
    def loopback(address):
        return LOOPBACK, int(address.rpartition(":")[2])

"""Mail through XMPP accounts where the servers have Debian's limits: of a client Prosody takes 10 kB/s, ejabberd 3 kB/s."""

import filecmp
import os
import pty
import re
import subprocess
import tempfile
import unittest

from harness import Lab
from person import Person, make_file


class StockLimits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab("--limits", "stock"))
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())

    def person(self, side, name):
        person = Person(side, name, self.folder).log_in()
        person.allow_xmpp()
        return person.log_in_through_xmpp()

    def check(self, person, sent):
        identity = person.wait_for(1, "Slowly")[0]["_id"]
        self.assertTrue(filecmp.cmp(sent, person.save(identity, "drawings.bin"), shallow=False), "octets differ")

    def test_ejabberd_goes_on(self):
        bob = self.person(self.lab.b, "bob")
        sent = make_file(bob.folder, "drawings.bin", 100_000)
        bob.send(bob.address, "Slowly", "", [sent])
        self.check(bob, sent)

    def test_prosody_goes_on_and_shows_how_far(self):
        alice = self.person(self.lab.a, "alice")
        sent = make_file(alice.folder, "drawings.bin", 400_000)
        terminal, behind = pty.openpty()
        with alice.start("send", alice.address, "-s", "Slowly", "-a", sent, stderr=behind, stdout=subprocess.DEVNULL) as sending:
            os.close(behind)
            shown = b""
            try:
                while octets := os.read(terminal, 4096):
                    shown += octets
            except OSError:  # how the other end of a terminal ends
                pass
            self.assertEqual(sending.wait(timeout=60), 0, shown)
        os.close(terminal)
        steps = set(re.findall(rb"(\d+)%", shown))
        self.assertGreater(len(steps), 5, shown)
        self.check(alice, sent)


if __name__ == "__main__":
    unittest.main()

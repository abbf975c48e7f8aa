"""Keys of users and sealed mail with `immp`, from alice@a to bob@b across two domains on real XMPP servers."""

import json
import os
import tempfile
import unittest

from harness import Lab
from person import CommandFailed, Person
from waiting import wait_until


class Sealed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab("--a", "prosody", "--b", "ejabberd"))
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.alice = Person(cls.lab.a, "alice", cls.folder).log_in()
        cls.bob = Person(cls.lab.b, "bob", cls.folder).log_in()
        cls.keys = {}
        for person in (cls.alice, cls.bob):
            cls.keys[person.address] = json.loads(person.immp("key", "create", "--json").stdout)["fingerprint"]

    def refused(self, status, words, person, *arguments, **options):
        with self.assertRaises(CommandFailed) as caught:
            person.immp(*arguments, **options)
        self.assertEqual(caught.exception.status, status, caught.exception.output)
        self.assertIn(words, caught.exception.output)

    def fingerprint(self, asker, owner):
        return json.loads(asker.immp("key", "verify", owner.address, "--json").stdout)["fingerprint"]

    def test_keys_are_found_and_pinned_across_domains(self):
        self.assertEqual(self.fingerprint(self.alice, self.bob), self.keys[self.bob.address])
        self.assertEqual(self.fingerprint(self.bob, self.alice), self.keys[self.alice.address])
        pin = json.loads(self.alice.immp("key", "accept", self.bob.address, self.keys[self.bob.address], "--json").stdout)
        self.assertEqual(pin["trust"], "compared")
        self.assertIn(pin, [json.loads(line) for line in self.alice.immp("key", "list", "--json").stdout.splitlines()])
        for name in ("keys", "pins", "credentials"):
            self.assertEqual(os.stat(os.path.join(self.alice.folder, ".immp", name)).st_mode & 0o777, 0o600)
        self.refused(66, "has no key of his own", self.alice, "key", "verify", f"dave@{self.lab.b['domain']}")

    def test_keys_go_to_another_device_under_a_passphrase(self):
        carol = Person(self.lab.a, "carol", self.folder).log_in()
        carol.immp("key", "create")
        carol.immp("key", "rotate")
        backup = os.path.join(carol.folder, "backup")
        carol.immp("key", "export", backup, "--passphrase-file", "-", text="correct horse\n")
        second = Person(self.lab.a, "carol", self.enterContext(tempfile.TemporaryDirectory())).log_in()
        self.refused(73, "another device", second, "key", "create")
        self.refused(77, "the passphrase does not open", second, "key", "import", backup, "--passphrase-file", "-", text="battery\n")
        second.immp("key", "import", backup, "--passphrase-file", "-", text="correct horse\n")
        self.assertEqual(second.immp("key", "show").stdout, carol.immp("key", "show").stdout)
        self.refused(65, "this backup is of", self.alice, "key", "import", backup, "--passphrase-file", "-", text="correct horse\n")

    def test_blocks_and_settings(self):
        blocked = json.loads(self.alice.immp("block", "add", "dave@b.example", "--reason", "too loud", "--json").stdout)
        self.assertEqual((blocked["pattern"], blocked["reason"]), ("dave@b.example", "too loud"))
        self.assertIn("too loud", self.alice.immp("block", "list").stdout)
        dave = Person(self.lab.b, "dave", self.folder).log_in()
        dave.immp("send", self.alice.address, "-s", "Loud")
        wait_until("the refused mail", lambda: "455" in self.alice.immp("block", "refused").stdout, 30)
        self.alice.immp("block", "drop", "dave@b.example")
        self.assertEqual(self.alice.immp("block", "list").stdout, "")
        self.alice.immp("settings", "RETENTION=30")
        self.assertIn("RETENTION=30\n", self.alice.immp("settings").stdout)
        self.assertEqual(self.alice.immp("settings", "RETENTION=").stdout, "RETENTION=NONE\n")


if __name__ == "__main__":
    unittest.main()

"""Mail from person to person with `immp`, the whole path: large, waiting, lost and interrupted."""

import filecmp
import os
import re
import tempfile
import unittest

from exposure import exposed, logged_stanzas
from harness import Lab
from person import CommandFailed, Person, make_file
from processes import peak_bytes
from waiting import wait_until

MIB = 1 << 20
WORDS = ("alice", "bob", "carol", "dave", "Lighthouse", "confidential", "drawings.bin")
BODY = "Dear reader,\nthe lighthouse drawings are confidential.\n.\n\nGrüße\n"


def prosody_log(side):
    return next(path for path in side["logs"] if path.endswith("prosody.log"))


def answered_bundles(stanzas, receiver):
    """The ids of the bundles that this component answered for. Prosody does not log a stanza that waited for a server-to-server
    connection, so the offers are not all there; the answers come when the connection is."""
    answers = [stanza for stanza in stanzas if "<bundle" in stanza and "type='result'" in stanza.partition(">")[0]
               and f"from='{receiver}'" in stanza.partition(">")[0]]
    return {re.search(r"<bundle[^>]*\bid='([^']*)'", answer).group(1) for answer in answers}


class People(unittest.TestCase):
    """Each test has a lab of its own with alice on one side and bob on the other."""

    def raise_lab(self, *options):
        lab = self.enterContext(Lab(*options))
        folder = self.enterContext(tempfile.TemporaryDirectory())
        return lab, Person(lab.a, "alice", folder).log_in(), Person(lab.b, "bob", folder).log_in()

    def exchange(self, sender, receiver, subject, size):
        """Sends a text with an attachment and compares what arrives."""
        sent = make_file(sender.folder, "drawings.bin", size)
        identity = sender.send(receiver.address, subject, BODY, [sent])
        self.assertEqual(receiver.wait_for(1, subject)[0]["_id"], identity)
        message = receiver.read(identity)
        self.assertEqual((message["from"], message["to"]), (sender.address, [receiver.address]))
        self.assertEqual(message["text"].replace("\r\n", "\n"), BODY)
        self.assertTrue(filecmp.cmp(sent, receiver.save(identity, "drawings.bin"), shallow=False), "octets differ")

    def test_servers_see_no_word_of_it(self):
        lab, alice, bob = self.raise_lab("--stanzas")
        self.exchange(alice, bob, "Lighthouse there", 300_000)
        self.exchange(bob, alice, "Lighthouse back", 300_000)
        stanzas = logged_stanzas(prosody_log(lab.a))
        self.assertTrue(answered_bundles(stanzas, "immp.b.example"))
        self.assertTrue(answered_bundles(stanzas, "immp.a.example"))
        self.assertEqual(exposed(stanzas, WORDS), [])

    def test_stock_limits(self):
        _, alice, bob = self.raise_lab("--limits", "stock")
        self.exchange(alice, bob, "Lighthouse there", 300_000)
        self.exchange(bob, alice, "Lighthouse back", 300_000)

    def test_20_mib_through_512_kib_stanzas(self):
        _, alice, bob = self.raise_lab("--tuned")
        self.exchange(alice, bob, "Lighthouse, large", 20 * MIB)
        self.exchange(bob, alice, "Lighthouse, large again", 20 * MIB)

    def test_ten_20_mib_messages_at_once_within_128_mib(self):
        lab, alice, bob = self.raise_lab("--tuned")
        parts = [make_file(alice.folder, f"{number}.bin", 20 * MIB) for number in range(10)]
        lab.kill("b", "immpd")
        sent = [alice.send(bob.address, f"Lighthouse {path}", "", [path]) for path in parts]
        lab.start("b", "immpd")
        got = {message["_id"] for message in bob.wait_for(10, "Lighthouse", seconds=240)}
        self.assertEqual(got, set(sent))
        for path, identity in zip(parts, sent):
            self.assertTrue(filecmp.cmp(path, bob.save(identity, os.path.basename(path)), shallow=False), "octets differ")
        for side in ("a", "b"):
            self.assertLess(peak_bytes(lab.pid(side, "immpd")), 128 * MIB, side)

    def test_ten_waiting_messages_cross_in_one_bundle(self):
        lab, alice, bob = self.raise_lab("--stanzas")
        lab.kill("a", "xmpp")
        for number in range(10):
            alice.send(bob.address, f"Waiting {number}", BODY)
        before = len(logged_stanzas(prosody_log(lab.a)))
        lab.start("a", "xmpp")
        bob.wait_for(10, "Waiting")
        bundles = wait_until("the answer to a bundle", lambda: answered_bundles(
            logged_stanzas(prosody_log(lab.a))[before:], "immp.b.example"), 10)
        self.assertEqual(len(bundles), 1)

    def test_unknown_recipient_comes_back_once(self):
        _, alice, _ = self.raise_lab()
        alice.send("nobody@b.example", "Lost", BODY)
        bounce, = alice.wait_for(1, "nobody@b.example")
        self.assertEqual(alice.read(bounce["_id"])["failed"][0]["recipient"], "nobody@b.example")
        self.assertEqual(len(alice.inbox()), 1)

    def test_peer_down_for_a_while_loses_nothing(self):
        lab, alice, bob = self.raise_lab()
        # Without its XMPP server bob's own daemon still answers, and keeps what is for others.
        for role, sender, receiver in (("immpd", alice, bob), ("xmpp", bob, alice)):
            with self.subTest(down=role):
                lab.kill("b", role)
                identity = sender.send(receiver.address, f"While {role} was down", BODY)
                lab.start("b", role)
                self.assertEqual([message["_id"] for message in receiver.wait_for(1, f"While {role}")], [identity])

    def test_wrong_password_is_refused(self):
        _, alice, _ = self.raise_lab()
        with self.assertRaises(CommandFailed) as refusal:
            alice.immp(*alice.login_arguments(), text="wrong\n")
        self.assertEqual(refusal.exception.status, 77)

    def test_local_mail_needs_no_xmpp_server(self):
        lab, alice, _ = self.raise_lab()
        carol = Person(lab.a, "carol", os.path.dirname(alice.folder)).log_in()
        lab.kill("a", "xmpp")
        identity = alice.send(carol.address, "Across the table", BODY)
        self.assertEqual(carol.wait_for(1, "Across the table")[0]["_id"], identity)
        lab.start("a", "xmpp")
        wait_until("it is there once", lambda: len(carol.inbox()) == 1, 5)


if __name__ == "__main__":
    unittest.main()

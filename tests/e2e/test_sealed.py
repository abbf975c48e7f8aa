"""Keys of users and sealed mail with `immp`, from alice@a to bob@b across two domains on real XMPP servers."""

import email
import email.policy
import filecmp
import json
import os
import tempfile
import unittest
import uuid

import nacl.bindings as sodium

from harness import Lab
from immp_armor import b64, digest, unb64
from immp_client import Mailer, Part, expect
from immp_sealed import open_content, seal_content
from person import CommandFailed, Person, make_file
from test_keys import Author
from waiting import wait_until

MIB = 1 << 20
BODY = "Dear reader,\nthe lighthouse drawings are confidential.\n.\n\nGrüße\n"


def grouped(fingerprint):
    return " ".join(fingerprint[at:at + 4] for at in range(0, 64, 4))


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

    def key_file(self, person):
        """What `immp` keeps of its user's newest key: (record, signing pair, sealing pair)."""
        with open(os.path.join(person.folder, ".immp", "keys"), encoding="utf-8") as file:
            fields = dict(line.rstrip("\n").split(" ", 1) for line in file if " " in line and not line.startswith("#"))
        record = unb64(fields["record"])
        signing = sodium.crypto_sign_seed_keypair(unb64(fields["sign"]))
        secret = unb64(fields["seal"])
        return record, signing, (sodium.crypto_scalarmult_base(secret), secret)

    def exchange(self, sender, receiver, size):
        subject = f"Lighthouse {size} from {sender.name}"
        drawings = make_file(sender.folder, "drawings.bin", size)
        done = sender.immp("send", receiver.address, "-s", subject, "-a", drawings, "--sealed", "--json", text=BODY)
        identity = json.loads(done.stdout)["id"]
        self.assertTrue(json.loads(done.stdout)["sealed"])
        wait_until("the sealed mail", lambda: any(each["_id"] == identity for each in receiver.inbox()), 60)
        self.assertNotIn(subject, json.dumps(receiver.inbox()))
        message = receiver.read(identity)
        self.assertEqual((message["subject"], message["text"], message["from"]), (subject, BODY, sender.address))
        self.assertEqual(message["sealed"]["signed-by"], sender.address)
        self.assertEqual(message["sealed"]["fingerprint"], self.keys[sender.address])
        self.assertEqual([part["id"] for part in message["parts"]], ["part-1", "drawings.bin"])
        self.assertTrue(filecmp.cmp(drawings, receiver.save(identity, "drawings.bin"), shallow=False), "octets differ")
        self.assertIn("Sealed: end to end, signed by " + sender.address, receiver.immp("read", identity).stdout)
        # The sender's own copy.
        own = json.loads(sender.immp("read", identity, "--folder", "SENT", "--json").stdout)
        self.assertEqual((own["subject"], own["text"], own["sealed"]["trust"]), (subject, BODY, "own"))
        return identity, subject, drawings

    def test_sealed_mail_both_ways(self):
        self.exchange(self.alice, self.bob, 300_000)
        self.exchange(self.bob, self.alice, 10)

    def test_a_client_from_the_page_alone_reads_and_writes_it(self):
        identity, subject, drawings = self.exchange(self.alice, self.bob, 70_000)
        bob = self.enterContext(Mailer(self.lab.b, "bob"))
        _, _, pair = self.key_file(self.bob)
        record, alice_signing, alice_pair = self.key_file(self.alice)
        fingerprint = self.keys[self.bob.address]
        octets = bob.fetch_part(identity, "sealed")
        opened = open_content(octets, identity, self.alice.address, self.bob.address, {fingerprint: pair}, [alice_signing[0]])
        with open(drawings, "rb") as file:
            self.assertEqual(opened[1:], (subject, [("part-1", "text/plain; charset=utf-8", BODY.encode()),
                                                    ("drawings.bin", "application/octet-stream", file.read())]))
        # A program that knows no sealing sees an attachment that it cannot read, and nothing of what is inside.
        mime = email.message_from_bytes(bob.fetch_mime(identity), policy=email.policy.default)
        self.assertEqual(mime["Subject"], "Sealed message")
        self.assertIn("application/immp-sealed", [part.get_content_type() for part in mime.walk()])
        self.assertNotIn(subject.encode(), bytes(mime))

        # And back: written from the page, read by immp.
        self.fingerprint(self.bob, self.alice)
        recipients = [(self.bob.address, fingerprint, pair[0]), (self.alice.address, self.keys[self.alice.address], alice_pair[0])]
        alice = self.enterContext(Mailer(self.lab.a, "alice"))
        def deliver(message, sealed, *others):
            expect(alice.submit([self.bob.address], "Sealed message", [Part("sealed", sealed, "application/immp-sealed", content=True), *others],
                                identity=message), 273)
            wait_until("it", lambda: any(each["_id"] == message for each in self.bob.inbox()), 60)
        def write(message, sender=self.alice.address, author=(record, alice_signing), to=tuple(recipients), **options):
            return seal_content(message, sender, *author, to, "By hand", [("text", "text/plain", b"From the page.\n")], **options)
        message = str(uuid.uuid4())
        sealed = write(message)
        deliver(message, sealed)
        self.assertEqual(self.bob.read(message)["text"], "From the page.\n")

        stranger, carol = Author(self.alice.address), Author(f"carol@{self.lab.a['domain']}")
        dave_pair = sodium.crypto_box_keypair()
        hostile = {
            "sent before, as another message": lambda new: sealed,
            "by somebody else than who sent it": lambda new: write(new, sender=carol.name, author=(carol.make(), carol.pair)),
            "was sealed for somebody else": lambda new: write(new, to=[(f"carol@{self.lab.a['domain']}", fingerprint, pair[0])]),
            "a key that is not known to be the one of": lambda new: write(new, author=(stranger.make(), stranger.pair)),
            "signature does not hold": lambda new: write(new, author=(record, stranger.pair)),
            "has another digest": lambda new: self.other_digest(write, new),
            "a record of the payload does not open": lambda new: write(new)[:-1] + b"?",
            "not on this device": lambda new: write(new, to=[(self.bob.address, "0" * 64, dave_pair[0])]),
            "does not open": lambda new: write(new, to=[(self.bob.address, fingerprint, dave_pair[0])]),
            "of a length that it cannot have": lambda new: write(new)[:-1],
            "not sealed content": lambda new: b"nothing",
        }
        for why, make in hostile.items():
            with self.subTest(why):
                new = str(uuid.uuid4())
                deliver(new, make(new))
                for command in (("read", new), ("save", new, "text", "-o", "-")):
                    with self.assertRaises(CommandFailed) as caught:
                        self.bob.immp(*command)
                    self.assertIn(why, caught.exception.output)
                    self.assertNotIn("From the page", caught.exception.output)
                    self.assertEqual(caught.exception.status, 78 if why == "not on this device" else 65)
        new = str(uuid.uuid4())
        deliver(new, write(new), Part("text", b"forged", "text/plain"))
        self.refused(65, "parts that are not sealed", self.bob, "read", new)
        self.refused(65, "parts that are not sealed", self.bob, "save", new, "text", "-o", "-")

    def other_digest(self, write, new):
        """Signed as it should be, over another digest than its content's."""
        return write(new, of_digest=digest("IMMP1 sealed content", b"other"))

    def test_who_has_no_key_gets_it_readable_and_the_sender_is_told(self):
        dave = Person(self.lab.b, "dave", self.enterContext(tempfile.TemporaryDirectory())).log_in("other")
        both = f"{self.bob.address},{dave.address}"
        self.refused(67, f"{dave.address} has no key", self.alice, "send", both, "-s", "Mixed strict", "--sealed")
        sent = self.alice.immp("send", both, "-s", "Mixed", text=BODY)
        self.assertIn(f"Sealed end to end to {self.bob.address}. Not sealed, since without a key: {dave.address}.", sent.stderr)
        plain = dave.wait_for(1, "Mixed")[0]
        self.assertEqual(sorted(plain["to"]), sorted([self.bob.address, dave.address]))
        sealed, other = (line.split(" ")[1].rstrip(",") for line in sent.stdout.splitlines() if line.startswith("Message "))
        self.assertEqual(other, plain["_id"])
        wait_until("the sealed one", lambda: any(each["_id"] == sealed for each in self.bob.inbox()), 60)
        self.assertEqual(self.bob.read(sealed)["subject"], "Mixed")
        self.assertEqual(sorted(self.bob.read(sealed)["to"]), sorted([self.bob.address, dave.address]))
        # Again with the same id: the server knows both.
        again = self.alice.immp("send", both, "-s", "Mixed", "--id", sealed, text=BODY)
        self.assertEqual(again.stdout.count("has"), 2, again.stdout)
        self.alice.immp("send", self.bob.address, "-s", "Readable", "--plain", text=BODY)
        self.assertEqual(self.bob.read(self.bob.wait_for(1, "Readable")[0]["_id"])["subject"], "Readable")

    def test_large_attachments_are_not_held_in_memory(self):
        drawings = make_file(self.alice.folder, "large.bin", 64 * MIB)
        sent = self.alice.immp("send", self.bob.address, "-s", "Large", "-a", drawings, "--sealed", "--json", most_bytes=56 * MIB)
        identity = json.loads(sent.stdout)["id"]
        wait_until("the large mail", lambda: any(each["_id"] == identity for each in self.bob.inbox()), 120)
        saved = os.path.join(self.bob.folder, "large.bin")
        self.bob.immp("save", identity, "large.bin", "-o", saved, most_bytes=56 * MIB)
        self.assertEqual(self.bob.immp("read", identity, "--json", most_bytes=56 * MIB).returncode, 0)
        self.assertTrue(filecmp.cmp(drawings, saved, shallow=False), "octets differ")

    def sealed_mail(self, sender, receiver, subject):
        done = sender.immp("send", receiver.address, "-s", subject, "--sealed", "--json", text=BODY)
        identity = json.loads(done.stdout)["id"]
        wait_until("the sealed mail", lambda: any(each["_id"] == identity for each in receiver.inbox()), 60)
        return identity

    def test_mail_goes_on_over_a_rotation_and_on_another_device(self):
        carol = Person(self.lab.a, "carol", self.folder).log_in()
        first = json.loads(carol.immp("key", "create", "--json").stdout)["fingerprint"]
        before, unread = self.sealed_mail(carol, self.bob, "Before"), self.sealed_mail(self.bob, carol, "Unread")
        self.assertEqual(self.bob.read(before)["sealed"]["fingerprint"], first)
        second = json.loads(carol.immp("key", "rotate", "--json").stdout)["fingerprint"]
        # b.example has been told the first one, and asks again after an hour only: the message brings the second.
        after = self.sealed_mail(carol, self.bob, "After")
        self.assertEqual(self.bob.read(after)["sealed"], {"signed-by": carol.address, "fingerprint": second, "trust": "seen first here",
                                                          "key": "in use"})
        self.assertEqual(self.bob.read(before)["sealed"]["key"], "former")
        self.assertIn("by a key that was replaced since", self.bob.immp("read", before).stdout)

        backup = os.path.join(carol.folder, "backup")
        carol.immp("key", "export", backup, "--passphrase-file", "-", text="correct horse\n")
        other = Person(self.lab.a, "carol", self.enterContext(tempfile.TemporaryDirectory())).log_in("other")
        self.refused(78, "not on this device", other, "read", unread)
        self.refused(73, "another device", other, "key", "create")
        self.refused(77, "the passphrase does not open", other, "key", "import", backup, "--passphrase-file", "-", text="battery\n")
        self.refused(65, "this backup is of", self.alice, "key", "import", backup, "--passphrase-file", "-", text="correct horse\n")
        other.immp("key", "import", backup, "--passphrase-file", "-", text="correct horse\n")
        self.assertEqual(other.immp("key", "show").stdout, carol.immp("key", "show").stdout)
        self.assertEqual(other.read(unread)["subject"], "Unread", "sealed to the former key")
        self.assertEqual(other.read(self.sealed_mail(self.bob, carol, "To the new one"))["subject"], "To the new one")

    def test_a_changed_key_stops_mail_until_it_is_accepted(self):
        backup = os.path.join(self.alice.folder, "other device")
        self.alice.immp("key", "export", backup, "--passphrase-file", "-", text="correct horse\n")
        alice = Person(self.lab.a, "alice", self.enterContext(tempfile.TemporaryDirectory())).log_in("other")
        alice.immp("key", "import", backup, "--passphrase-file", "-", text="correct horse\n")
        stranger = Author(self.bob.address)
        pins = os.path.join(alice.folder, ".immp", "pins")
        with open(os.open(pins, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(f"account {alice.address}\nowner {self.bob.address}\nrecord {b64(stranger.make())}\n")
        changed = f"the key of {self.bob.address} changed: it was {grouped(stranger.previous)}, now it is {grouped(self.keys[self.bob.address])}"
        self.refused(65, changed, alice, "send", self.bob.address, "-s", "Not yet")
        self.refused(65, changed, alice, "key", "verify", self.bob.address)
        self.refused(65, changed, alice, "read", self.sealed_mail(self.bob, alice, "From the new one"))
        self.refused(65, "gives another key", alice, "key", "accept", self.bob.address, stranger.previous)
        alice.immp("key", "accept", self.bob.address, *grouped(self.keys[self.bob.address]).split(" "))
        message = self.bob.read(self.sealed_mail(alice, self.bob, "Now"))
        self.assertEqual(message["subject"], "Now")

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

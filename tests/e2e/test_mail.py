"""Mail between two domains on real XMPP servers, sent and read by a client that shares no code with the daemon."""

import base64
import email
import email.policy
import json
import os
import unittest
import uuid

from exposure import exposed, logged_stanzas
from harness import Lab
from immp_client import Mailer, Part, expect, metadata_part, text_part

SUBJECT = 'Grüße aus "Zürich" – 雪 \\o/'
TEXT = "Schöne Grüße,\nsays lighthouse-keeper Alice. 🗼\n"
# Every octet, every pair of line ends, and what text protocols look for as an end.
ATTACHMENT = bytes(range(256)) * 100 + b"\r\n.\r\nDONE\n\n\nFrom \x00\r\r\n\n" + os.urandom(100_000)


def octets(message):
    """The parts of a message in JSON: name -> octets."""
    return {part["id"]: base64.b64decode(part["data"], validate=True) for part in message["parts"]}


class Crossing:
    """What must work between any two servers. `servers` are those of a and b."""

    servers = ()
    options = ()

    @classmethod
    def setUpClass(cls):
        a, b = cls.servers
        cls.lab = cls.enterClassContext(Lab("--a", a, "--b", b, *cls.options))

    def log_in(self, name, **options):
        side = self.lab.a if name in ("alice", "carol") else self.lab.b
        return self.enterContext(Mailer(side, name, **options))

    def check_message(self, reader, identity, sender):
        """The same octets in every form that the reader may ask for."""
        message = reader.fetch_json(identity)
        self.assertEqual(message["envelope"]["from"], sender.address)
        self.assertEqual(message["envelope"]["to"], [reader.address])
        self.assertEqual(message["envelope"]["subject"], SUBJECT)
        self.assertEqual([hop["domain"] for hop in message["envelope"]["received"]],
                         [address.partition("@")[2] for address in (sender.address, reader.address)])
        self.assertEqual([part.get("class") for part in message["parts"]], ["content", None, None])
        self.assertEqual(octets(message), {"text": TEXT.encode(), "all octets.bin": ATTACHMENT, "leer.txt": b""})
        self.assertEqual(reader.fetch_part(identity, "all octets.bin"), ATTACHMENT)
        self.assertEqual(reader.fetch_part(identity, "leer.txt"), b"")
        mime = email.message_from_bytes(reader.fetch_mime(identity), policy=email.policy.default)
        self.assertEqual((mime["Subject"], mime["From"], mime["To"]), (SUBJECT, sender.address, reader.address))
        self.assertEqual(mime.get_body().get_content(), TEXT)
        self.assertEqual({part.get_filename(): part.get_content() for part in mime.iter_attachments()},
                         {"all octets.bin": ATTACHMENT, "leer.txt": b""})
        self.assertEqual(mime.defects, [])

    def cross(self, sender, reader):
        sent = sender.submit([reader.address], SUBJECT, [
            Part("text", TEXT.encode(), '"text/plain; charset=utf-8"', content=True), Part("all octets.bin", ATTACHMENT),
            Part("leer.txt", b"", base64=True)])
        self.assertEqual((sent.code, sent.recipients()), (273, {reader.address: 273}))
        listed = reader.wait_for(SUBJECT)
        self.assertEqual(len(listed), 1)
        self.assertEqual((listed[0]["from"], listed[0]["to"], listed[0]["flags"], listed[0]["mailbox"]),
                         (sender.address, [reader.address], [], "/INBOX"))
        self.assertEqual(listed[0]["_id"], sent.last.text.split(" ")[0])
        self.check_message(reader, listed[0]["_id"], sender)

    def test_mail_crosses_and_is_answered(self):
        alice, bob = self.log_in("alice"), self.log_in("bob", listener="tls")
        self.cross(alice, bob)
        self.cross(bob, alice)


class ProsodyProsody(Crossing, unittest.TestCase):
    servers = ("prosody", "prosody")
    options = ("--stanzas",)

    def test_servers_see_no_names_subjects_or_words(self):
        carol, dave = self.log_in("carol"), self.log_in("dave")
        carol.submit([dave.address, "nobody@b.example"], "Confidential lighthouse", [text_part("The password is swordfish.\n")])
        dave.wait_for("Confidential lighthouse")
        carol.wait_for("Undelivered: nobody@b.example: Confidential lighthouse")
        words = ("alice", "bob", "carol", "dave", "nobody", "mailer-daemon", "Confidential", "lighthouse", "password", "swordfish",
                 "Undelivered", "Zürich", "octets.bin")
        for side in (self.lab.a, self.lab.b):
            stanzas = logged_stanzas(next(path for path in side["logs"] if path.endswith("prosody.log")))
            self.assertTrue(any("<bundle" in stanza for stanza in stanzas), "no bundle was logged: nothing was examined")
            self.assertEqual(exposed(stanzas, words), [])


class EjabberdEjabberd(Crossing, unittest.TestCase):
    servers = ("ejabberd", "ejabberd")


class ProsodyEjabberd(Crossing, unittest.TestCase):
    servers = ("prosody", "ejabberd")

    def test_base64_and_counted_bodies_give_the_same_octets(self):
        alice, bob = self.log_in("alice"), self.log_in("bob")
        alice.submit([bob.address], "Forms", [text_part("x"), Part("counted", ATTACHMENT), Part("lines", ATTACHMENT, base64=True)])
        found = octets(bob.fetch_json(bob.wait_for("Forms")[0]["_id"]))
        self.assertEqual(found["counted"], ATTACHMENT)
        self.assertEqual(found["lines"], ATTACHMENT)

    def test_local_mail_is_there_when_done_is_answered(self):
        alice, carol = self.log_in("alice"), self.log_in("carol")
        sent = alice.submit([carol.address], "Next door", [text_part("Tea?\n"), Part("cake.bin", ATTACHMENT)])
        self.assertEqual((sent.code, sent.recipients()), (275, {carol.address: 275}))
        found = [message for message in carol.index() if message["subject"] == "Next door"]
        self.assertEqual(len(found), 1)
        self.assertEqual(octets(carol.fetch_json(found[0]["_id"]))["cake.bin"], ATTACHMENT)

    def test_counts_follow_reading(self):
        bob, dave = self.log_in("bob"), self.log_in("dave")
        unread, total = dave.check()
        bob.submit([dave.address], "Counted", [text_part("1\n")])
        self.assertEqual(dave.check(), (unread + 1, total + 1))
        identity = dave.wait_for("Counted")[0]["_id"]
        dave.fetch_json(identity, switches=" -READ")
        self.assertEqual(dave.check(), (unread + 1, total + 1))
        dave.fetch_json(identity)
        self.assertEqual(dave.check(), (unread, total + 1))
        self.assertNotIn(identity, [message["_id"] for message in dave.index(selector="::unread")])

    def test_blind_copies_are_seen_by_nobody(self):
        alice, bob, carol, dave = (self.log_in(name) for name in ("alice", "bob", "carol", "dave"))
        sent = alice.submit([bob.address, carol.address, dave.address], "Blind", [
            text_part("Only Bob is named.\n"), metadata_part(to=[bob.address])])
        self.assertEqual(sent.recipients(), {bob.address: 273, carol.address: 275, dave.address: 273})
        for reader in (bob, carol, dave):
            identity = reader.wait_for("Blind")[0]["_id"]
            message = reader.fetch_json(identity)
            self.assertEqual(message["envelope"]["to"], [bob.address])
            shown = json.dumps(message["envelope"]) + reader.fetch_mime(identity).decode()
            for name in ("carol", "dave"):
                self.assertNotIn(name, shown)

    def test_copies_are_shown(self):
        alice, bob, dave = (self.log_in(name) for name in ("alice", "bob", "dave"))
        alice.submit([bob.address, dave.address], "Copies", [text_part("Hello\n"), metadata_part(
            to=[bob.address], cc=[dave.address])])
        for reader in (bob, dave):
            identity = reader.wait_for("Copies")[0]["_id"]
            envelope = reader.fetch_json(identity)["envelope"]
            self.assertEqual((envelope["to"], envelope["cc"]), ([bob.address], [dave.address]))
            mime = email.message_from_bytes(reader.fetch_mime(identity), policy=email.policy.default)
            self.assertEqual((mime["To"], mime["Cc"]), (bob.address, dave.address))

    def test_unknown_recipient_bounces_once(self):
        alice, bob = self.log_in("alice"), self.log_in("bob")
        sent = alice.submit([bob.address, "nobody@b.example"], "Who are you", [text_part("Hello\n")])
        self.assertEqual(sent.recipients(), {bob.address: 273, "nobody@b.example": 273})
        bob.wait_for("Who are you")
        subject = "Undelivered: nobody@b.example: Who are you"
        bounce = alice.wait_for(subject)[0]
        self.assertEqual((bounce["from"], bounce["to"]), ("mailer-daemon@a.example", [alice.address]))
        message = alice.fetch_json(bounce["_id"])
        self.assertIn("nobody@b.example", json.dumps(message["envelope"]["failed"]))
        self.assertIn("451", json.dumps(message["envelope"]["failed"]))
        self.assertIn(b"nobody@b.example", b"".join(octets(message).values()))
        # Another bounce crosses the same way behind it; if there were a second one of the first, it would be here by then.
        alice.submit(["nobody@b.example"], "Still nobody", [text_part("Hello\n")])
        alice.wait_for("Undelivered: nobody@b.example: Still nobody")
        self.assertEqual([message["subject"] for message in alice.index() if "Who are you" in message["subject"]], [subject])
        self.assertEqual([message for message in bob.index() if message["from"].startswith("mailer-daemon")], [])

    def test_unknown_local_recipient_is_refused_at_once(self):
        alice = self.log_in("alice")
        before = len(alice.index())
        sent = alice.submit(["nobody@a.example"], "Nobody here", [text_part("Hello\n")])
        self.assertEqual((sent.code, sent.recipients()), (451, {"nobody@a.example": 451}))
        self.assertEqual(len(alice.index()), before)

    def test_same_id_is_delivered_once(self):
        alice, bob, carol = self.log_in("alice"), self.log_in("bob"), self.log_in("carol")
        identity = str(uuid.uuid4())
        parts = [text_part("Once\n"), Part("a.bin", ATTACHMENT)]
        recipients = [bob.address, carol.address]
        self.assertEqual(alice.submit(recipients, "Once", parts, identity).code, 273)
        again = alice.submit(recipients, "Once", parts, identity)
        self.assertEqual((again.code, again.last.text.split(" ")[0]), (409, identity))
        for subject, changed in (("Once", [text_part("Twice\n"), parts[1]]), ("Twice", parts)):
            self.assertEqual(alice.submit(recipients, subject, changed, identity).code, 452)
        bob.wait_for("Once")
        # What is as long and goes later comes later: then nothing else of the first one is under way.
        alice.submit([bob.address], "Behind once", [text_part("x"), parts[1]])
        bob.wait_for("Behind once")
        for reader in (bob, carol):
            self.assertEqual([message["_id"] for message in reader.index() if message["subject"] in ("Once", "Twice")], [identity])
            self.assertEqual(octets(reader.fetch_json(identity)), {"text": b"Once\n", "a.bin": ATTACHMENT})

    def test_the_same_id_of_two_senders_is_two_messages(self):
        alice, carol, bob = self.log_in("alice"), self.log_in("carol"), self.log_in("bob")
        identity = str(uuid.uuid4())
        for sender in (alice, carol):
            self.assertEqual(sender.submit([bob.address], "Same id", [text_part(f"From {sender.address}\n")], identity).code, 273)
        found = bob.wait_for("Same id", count=2)
        self.assertEqual({message["from"] for message in found}, {alice.address, carol.address})
        self.assertEqual(len({message["_id"] for message in found}), 2)
        for message in found:
            fetched = bob.fetch_json(message["_id"])
            self.assertEqual(fetched["envelope"]["id"], identity)
            self.assertEqual(octets(fetched)["text"], f"From {message['from']}\n".encode())

    def test_everything_is_written_before_a_reply_is_read(self):
        alice, bob = self.log_in("alice"), self.log_in("bob")
        lines = []
        for number in range(20):
            lines += [f'DELIVER TO {bob.address} SUBJECT "Pipelined {number}"\n'.encode(), text_part(f"{number}\n").wire(), b"DONE\n"]
        alice.connection.send(b"".join(lines) + b"AS x NOOP\nNOOP\n")
        replies = [alice.connection.answer() for _ in range(20 * 4 + 2)]
        self.assertEqual([reply.code for reply in replies if reply.last.pipeline == "x"], [200])
        self.assertEqual([reply.code for reply in replies if not reply.last.pipeline], [270, 271, 272, 273] * 20 + [200])
        for number in range(20):
            identity = bob.wait_for(f"Pipelined {number}")[0]["_id"]
            self.assertEqual(bob.fetch_part(identity, "text"), f"{number}\n".encode())

    def test_another_mailbox_is_not_there(self):
        alice = self.log_in("alice")
        for path in ("carol@a.example/INBOX", "nobody@a.example/INBOX", "bob@b.example/INBOX"):
            self.assertEqual(alice.connection.ask(f"MBOX INDEX {path}").code, 404)
        expect(alice.connection.ask("QUIT"), 205)


if __name__ == "__main__":
    unittest.main()

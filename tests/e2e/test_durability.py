"""The real daemon on a disk that hangs, fails or is full: nothing is acknowledged before it is stored, and nothing that was
acknowledged is lost or there twice."""

import os
import resource
import ssl
import unittest
import uuid

from faulty_disk import Daemon, Stanzas
from harness import Lab
from immp_client import Mailer, Part, expect, greet, log_in, text_part
from waiting import wait_until

STORE = "immp.db"
BUNDLE = "{urn:immp:1}bundle"
SECONDS = 60


class OnUnsafeDisk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab("--a", "prosody", "--b", "prosody"))

    def setUp(self):
        self.addCleanup(self.restore)

    def restore(self):
        """Both daemons run as the lab runs them."""
        for side in ("a", "b"):
            try:
                self.lab.start(side, "immpd")
            except AssertionError as error:
                if "runs already" not in str(error):
                    raise

    def log_in(self, name, **options):
        side = self.lab.a if name in ("alice", "carol") else self.lab.b
        return self.enterContext(Mailer(side, name, **options))

    def unsafe(self, side, **environment):
        self.lab.kill(side, "immpd")
        return Daemon(self.lab, side, **environment)

    def there(self, reader, subject):
        return [message for message in reader.index() if message["subject"] == subject]

    def assert_once(self, reader, subject):
        reader.wait_for(subject, SECONDS)
        self.assertEqual(len(self.there(reader, subject)), 1, subject)


def begin_delivery(mailer, recipient, subject, identity=None):
    """Everything but DONE, whose reply is the promise."""
    mailer.connection.send(f'DELIVER TO {recipient} SUBJECT "{subject}" ID {identity or uuid.uuid4()}\n')
    mailer.connection.send(text_part("promised\n").wire())
    for code in (270, 271, 272):
        expect(mailer.connection.answer(), code)


def is_silent(mailer):
    """Not an octet came on the socket under TLS: neither a record nor a part of one."""
    raw = mailer.connection.raw
    raw.setblocking(False)
    try:
        raw.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    finally:
        raw.settimeout(SECONDS)
    return False


class Hangs(OnUnsafeDisk):
    def check_silence(self, begin, code):
        """`begin(session)` sends what is promised with `code`; another session is served while the sync hangs."""
        with self.unsafe("a") as daemon:
            waiting, other = self.log_in("alice"), self.log_in("carol")
            command = begin(waiting)
            daemon.disk.hold(STORE)
            waiting.connection.send(command)
            held = daemon.disk.wait_held()
            for _ in range(20):
                expect(other.connection.ask("NOOP"), 200)
                other.index()
            self.assertTrue(is_silent(waiting))
            self.assertTrue(daemon.disk.is_held())
            daemon.disk.release()
            answer = waiting.connection.answer()
            self.assertEqual(answer.code, code, answer)
            self.assertTrue(any(event.startswith("synced ") for event in daemon.disk.events()[held:]),
                            "the reply came before the sync had returned")

    def check_done(self, recipient, code):
        def begin(session):
            begin_delivery(session, recipient, "Held")
            return "DONE\n"
        self.check_silence(begin, code)

    def test_local_delivery(self):
        self.check_done("carol@a.example", 275)

    def test_remote_delivery(self):
        self.check_done("bob@b.example", 273)

    def test_repeated_delivery(self):
        identity = str(uuid.uuid4())
        with self.unsafe("a") as daemon:
            first, second, other = self.log_in("alice"), self.log_in("alice"), self.log_in("carol")
            for session in (first, second):
                begin_delivery(session, "carol@a.example", "Again", identity)
            daemon.disk.hold(STORE)
            first.connection.send("DONE\n")
            daemon.disk.wait_held()
            second.connection.send("DONE\n")
            for _ in range(20):
                expect(other.connection.ask("NOOP"), 200)
            self.assertTrue(is_silent(first) and is_silent(second))
            daemon.disk.release()
            self.assertEqual([session.connection.answer().code for session in (first, second)], [275, 409])

    def test_new_device(self):
        self.check_silence(lambda session: 'DEVICE ADD "laptop"\n', 201)

    def test_bundle_of_another_domain(self):
        with Stanzas(self.lab.b["component"]["address"]) as stanzas:
            with self.unsafe("b", IMMP_COMPONENT_PORT=str(stanzas.port)) as daemon:
                alice, bob = self.log_in("alice"), self.log_in("bob")
                alice.submit([bob.address], "Warm", [text_part("x\n")])
                bob.wait_for("Warm", SECONDS)
                daemon.disk.hold(STORE)
                begun = len(stanzas.received)
                alice.submit([bob.address], "Held bundle", [text_part("x\n")])
                asked = wait_until("the bundle", lambda: [
                    stanza.get("id") for stanza in stanzas.received[begun:]
                    if stanza.get("type") == "set" and stanza.find(BUNDLE) is not None], SECONDS)
                held = daemon.disk.wait_held()
                for number in range(5):
                    stanzas.inject(f"<iq type='get' id='ping{number}' from='b.example' to='immp.b.example'>"
                                   "<ping xmlns='urn:xmpp:ping'/></iq>")
                    wait_until("a ping is answered", lambda number=number: [
                        stanza for stanza in stanzas.sent if stanza.get("id") == f"ping{number}"], SECONDS)
                    expect(bob.connection.ask("NOOP"), 200)
                self.assertEqual([stanza.get("id") for stanza in stanzas.sent if stanza.get("id") in asked], [])
                self.assertEqual(self.there(bob, "Held bundle"), [])
                self.assertTrue(daemon.disk.is_held())
                daemon.disk.release()
                wait_until("the bundle's result", lambda: [
                    stanza for stanza in stanzas.sent if stanza.get("id") in asked], SECONDS)
                self.assertTrue(any(event.startswith("synced ") for event in daemon.disk.events()[held:]))
                self.assert_once(bob, "Held bundle")


class Fails(OnUnsafeDisk):
    def check_end(self, daemon):
        self.assertEqual(daemon.wait_end(), 74, daemon.said())
        self.assertEqual(daemon.said().count("the disk failed under the store"), 1, daemon.said())

    def test_sender_stops_acknowledging_and_ends(self):
        identities = {subject: str(uuid.uuid4()) for subject in ("Local", "Remote", "Unknown local", "Unknown remote")}
        recipients = {subject: "carol@a.example" if "ocal" in subject else "bob@b.example" for subject in identities}
        parts = [text_part("promised\n")]
        with self.unsafe("a") as daemon:
            alice, other = self.log_in("alice"), self.log_in("alice")
            for subject, code in (("Local", 275), ("Remote", 273)):
                self.assertEqual(alice.submit([recipients[subject]], subject, parts, identities[subject]).code, code)
            for session, subject in ((alice, "Unknown local"), (other, "Unknown remote")):
                begin_delivery(session, recipients[subject], subject, identities[subject])
            daemon.disk.fail("sync", "io", STORE)
            for session in (alice, other):
                session.connection.send("DONE\n")
            for session in (alice, other):
                codes = [line.code for line in session.connection.rest()]
                self.assertTrue(set(codes) <= {702, 703}, codes)
            self.check_end(daemon)
        self.lab.start("a", "immpd")
        alice, carol, bob = self.log_in("alice"), self.log_in("carol"), self.log_in("bob")
        for subject in ("Local", "Remote"):
            self.assertEqual(alice.submit([recipients[subject]], subject, parts, identities[subject]).code, 409)
        for subject in ("Unknown local", "Unknown remote"):
            self.assertIn(alice.submit([recipients[subject]], subject, parts, identities[subject]).code, (273, 275, 409))
        for subject, recipient in recipients.items():
            self.assert_once(carol if recipient == carol.address else bob, subject)

    def test_receiver_gives_no_receipt_and_ends(self):
        with Stanzas(self.lab.b["component"]["address"]) as stanzas:
            with self.unsafe("b", IMMP_COMPONENT_PORT=str(stanzas.port)) as daemon:
                alice, bob = self.log_in("alice"), self.log_in("bob")
                alice.submit([bob.address], "Before the fault", [text_part("x\n")])
                bob.wait_for("Before the fault", SECONDS)
                daemon.disk.fail("sync", "io", STORE)
                alice.submit([bob.address], "Under the fault", [text_part("x\n"), Part("large", os.urandom(600_000))])
                self.check_end(daemon)
                asked = [stanza.get("id") for stanza in stanzas.received
                         if stanza.get("type") == "set" and stanza.find(BUNDLE) is not None][1:]
                self.assertTrue(asked, "no bundle came under the fault")
                self.assertEqual([stanza.get("type") for stanza in stanzas.sent
                                  if stanza.get("id") in asked and stanza.get("type") != "error"], [])
        self.lab.start("b", "immpd")
        bob = self.log_in("bob")
        for subject in ("Before the fault", "Under the fault"):
            self.assert_once(bob, subject)


class Full(OnUnsafeDisk):
    """RLIMIT_FSIZE at the daemon as the lab started it: every write behind the limit fails (EFBIG)."""

    def limit(self, octets):
        pid = self.lab.pid("a", "immpd")
        hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (octets, hard))

    def test_full_cycle_without_a_restart(self):
        pid = self.lab.pid("a", "immpd")
        alice, bob = self.log_in("alice"), self.log_in("bob")
        bob.submit([alice.address], "Unread", [text_part("read me\n")])
        unread = alice.wait_for("Unread", SECONDS)[0]["_id"]
        self.addCleanup(self.limit, resource.RLIM_INFINITY)
        self.limit(4096)
        identity = str(uuid.uuid4())
        refused = alice.submit([bob.address, "carol@a.example"], "Refused", [text_part("x\n")], identity)
        self.assertEqual(refused.code, 702, refused)
        self.assertIsNotNone(refused.last.field("retry"))
        self.assertTrue(refused.last.field("e").startswith("4."), refused)
        large = [text_part("x\n"), Part("large", os.urandom(1_500_000))]
        large_identity = str(uuid.uuid4())
        self.assertEqual(alice.submit([bob.address], "Refused large", large, large_identity).code, 702)
        bob.submit([alice.address], "Waits", [text_part("x\n")])
        phone = self.enterContext(greet(self.lab.a["listener"], "a.example", self.lab.a["ca"]))
        log_in(phone, "carol@a.example", self.lab.a["accounts"]["carol@a.example"], "phone")
        carol = self.log_in("carol")
        carol.index()
        message = alice.fetch_json(unread)
        self.assertEqual(message["envelope"]["subject"], "Unread")
        self.assertEqual(self.there(alice, "Refused"), [])
        self.limit(resource.RLIM_INFINITY)
        self.assertEqual(alice.submit([bob.address, "carol@a.example"], "Refused", [text_part("x\n")], identity).code, 273)
        self.assertEqual(alice.submit([bob.address], "Refused large", large, large_identity).code, 273)
        self.assert_once(alice, "Waits")
        self.assert_once(carol, "Refused")
        for subject in ("Refused", "Refused large"):
            self.assert_once(bob, subject)
        self.assertEqual(self.lab.pid("a", "immpd"), pid)
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            self.assertNotEqual(file.read().rpartition(")")[2].split()[0], "Z")


del OnUnsafeDisk

if __name__ == "__main__":
    unittest.main()

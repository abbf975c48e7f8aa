"""`immp` through the user's own XMPP account: both servers, large bodies, news as they come, restarts, and who is refused."""

import contextlib
import filecmp
import os
import queue
import socket
import subprocess
import tempfile
import threading
import unittest

import page
from harness import ROOT, Lab
from immp_xmpp import Refused, Session, XmppClient
from person import CommandFailed, Person, make_file
from ports import LOOPBACK
from small_internet import SmallInternet

MIB = 1 << 20
WATCH_SECONDS = 90  # a daemon that was started anew is missed after 30 s
CREDENTIALS, UNAVAILABLE, PROTOCOL, USAGE, TEMPORARY = 77, 69, 76, 64, 75
SERVICE = "_xmpp-client._tcp.a.example"
PUBLIC, NOBODY = "9.9.9.9", "9.9.9.8"  # of the test's own: the first ends on loopback
TLS = "urn:ietf:params:xml:ns:xmpp-tls"
STREAM = ("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' id='s' from='a.example'>"
          f"<stream:features><starttls xmlns='{TLS}'/></stream:features>")


class Watching:
    """`immp watch` of a person; its lines as they come."""

    def __init__(self, person):
        self._process = person.start("watch", "--json")
        self._lines = queue.Queue()
        for stream in (self._process.stdout, self._process.stderr):
            threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def _read(self, stream):
        with contextlib.suppress(ValueError):
            for line in stream:
                self._lines.put(line)

    def wait_for(self, word, seconds=WATCH_SECONDS, never=None):
        while word not in (line := self._lines.get(timeout=seconds)):
            assert never is None or never not in line, line

    def wait_until_it_watches(self, person):
        """It says nothing before the first change."""
        for number in range(20):
            person.send(person.address, f"Is it there? {number}")
            with contextlib.suppress(queue.Empty):
                return self.wait_for('"folder"', seconds=10)
        raise AssertionError("it does not watch")

    def end(self):
        self._process.terminate()
        self._process.wait(timeout=30)
        self._process.stdout.close()
        self._process.stderr.close()


class XmppLogin(unittest.TestCase):
    """a.example is Prosody, b.example ejabberd. Alice and Bob have passwords of their own, Erin and Frank XMPP accounts only."""

    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab("--tuned"))
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.alice, cls.bob = (cls.allowed(side, name) for side, name in ((cls.lab.a, "alice"), (cls.lab.b, "bob")))

    @classmethod
    def allowed(cls, side, name):
        """Logged in with the password once, which allows XMPP; then through XMPP."""
        person = Person(side, name, cls.folder).log_in()
        person.allow_xmpp()
        return person.log_in_through_xmpp()

    def fails(self, status, words, person, *arguments, text=""):
        with self.assertRaises(CommandFailed) as caught:
            person.immp(*arguments, text=text)
        self.assertEqual(caught.exception.status, status, caught.exception)
        self.assertIn(words, caught.exception.output)

    def restarts(self, side, role):
        self.lab.kill(side, role)
        self.lab.start(side, role)

    def watching(self, person):
        watch = Watching(person)
        self.addCleanup(watch.end)
        watch.wait_until_it_watches(person)
        return watch

    def test_10_mib_both_ways(self):
        for sender, receiver in ((self.alice, self.bob), (self.bob, self.alice)):
            sent = make_file(sender.folder, "drawings.bin", 10 * MIB)
            identity = sender.send(receiver.address, "Drawings", "", [sent])
            receiver.wait_for(1, "Drawings")
            self.assertTrue(filecmp.cmp(sent, receiver.save(identity, "drawings.bin"), shallow=False), "octets differ")

    def test_several_at_once(self):
        done = []
        senders = [threading.Thread(target=lambda number=number: done.append(self.alice.send(self.alice.address, f"Side by side {number}")))
                   for number in range(4)]
        for thread in senders:
            thread.start()
        for thread in senders:
            thread.join()
        self.assertEqual({message["_id"] for message in self.alice.wait_for(4, "Side by side")}, set(done))

    def test_watch_tells_and_comes_back(self):
        for side, person in (("a", self.alice), ("b", self.bob)):
            with self.subTest(server=person.address):
                watch = self.watching(person)
                # The session outlives the XMPP server, but not the daemon.
                for role, told, never in ((None, None, None), ("xmpp", "(trying again)", "(again in"), ("immpd", "(again in", None)):
                    if role:
                        self.restarts(side, role)
                        watch.wait_for(told, never=never)
                    subject = f"News after {role}"
                    person.send(person.address, subject)
                    watch.wait_for(subject, never=never)

    def test_a_session_ends_with_its_client(self):
        with self.client(self.lab.a, "alice@a.example") as client:
            session = Session(client, "immp.a.example")
            self.greeted(session, "alice@a.example")
            session.send(b"AS w MBOX WATCH /INBOX\n")
            self.assertIn("310", session.line())
        self.alice.send(self.alice.address, "Nobody is there")
        self.alice.wait_for(1, "Nobody is there")

    def test_a_password_is_asked_for_first(self):
        carol = Person(self.lab.a, "carol", self.enterContext(tempfile.TemporaryDirectory()))
        self.fails(CREDENTIALS, "immp settings XMPP=ON", carol, *carol.xmpp_arguments(), text=carol.secret + "\n")
        carol.log_in().allow_xmpp()
        carol.log_in_through_xmpp()
        self.fails(CREDENTIALS, "403", carol, "settings", "XMPP=ON")
        self.fails(USAGE, "XMPP password", carol, "passwd")
        credentials = os.path.join(carol.folder, ".immp", "credentials")
        self.assertEqual(os.stat(credentials).st_mode & 0o777, 0o600)
        carol.immp("logout")
        with open(credentials, encoding="utf-8") as file:
            self.assertNotIn(carol.secret, file.read())
        carol.log_in().immp("settings", "XMPP=off")
        self.fails(CREDENTIALS, "immp settings XMPP=ON", carol, *carol.xmpp_arguments(), text=carol.secret + "\n")

    def test_accounts_are_made_where_that_is_allowed(self):
        for side, shown, name in (("a", self.lab.a, "erin"), ("b", self.lab.b, "frank")):
            guest = Person(shown, name, self.folder)
            self.fails(CREDENTIALS, "immpd account add", guest, *guest.xmpp_arguments(), text=guest.secret + "\n")
            with open(shown["config"], encoding="ascii") as file:
                closed = file.read()
            with open(shown["config"], "w", encoding="ascii") as file:
                file.write('accounts = "open"\n' + closed)
            self.restarts(side, "immpd")
            guest.log_in_through_xmpp()
            guest.send(self.alice.address, f"From {name}")
            self.alice.wait_for(1, f"From {name}")
            self.fails(CREDENTIALS, "refused", guest, *guest.login_arguments(), text=guest.secret + "\n")
            self.fails(USAGE, f"immpd account passwd {guest.address}", guest, "passwd")
            # A password of its own closes the way through XMPP, until its user says otherwise.
            subprocess.run([os.path.join(os.environ["IMMP_BIN"], "immpd"), "account", "passwd", guest.address, "--password-file", "-",
                            "-c", shown["config"]], input=guest.secret + "\n", text=True, check=True)
            self.fails(CREDENTIALS, f"immp login --xmpp {guest.address}\n", guest, "ls")
            guest.log_in().allow_xmpp()
            guest.log_in_through_xmpp().immp("ls")

    def test_wrong_password_wrong_authority_and_nobody_there(self):
        arguments = self.alice.xmpp_arguments()
        self.fails(CREDENTIALS, "XMPP password", self.alice, *arguments, text="wrong\n")
        without_ca = [word for word in arguments if word not in ("--ca", self.lab.a["ca"])]
        self.fails(PROTOCOL, "certificate", self.alice, *without_ca, text=self.alice.secret + "\n")
        elsewhere = [self.lab.b["xmpp"]["c2s"] if word == self.lab.a["xmpp"]["c2s"] else word for word in arguments]
        self.fails(UNAVAILABLE, "does not serve a.example", self.alice, *elsewhere, text=self.alice.secret + "\n")
        nobody = ["127.0.0.1:1" if word == self.lab.a["xmpp"]["c2s"] else word for word in arguments]
        self.fails(UNAVAILABLE, "--server", self.alice, *nobody, text=self.alice.secret + "\n")
        self.fails(USAGE, "--device", self.alice, *arguments, "--device", "x", text=self.alice.secret + "\n")

    def without_a_server_named(self, services, hosts):
        """Alice logs in where DNS says so, and looks into her INBOX likewise; the names that were asked for."""
        folder = self.enterContext(tempfile.TemporaryDirectory())
        port = self.lab.a["xmpp"]["c2s"].rsplit(":", 1)[1]
        internet = self.enterContext(SmallInternet(os.path.join(folder, "dns"), services, hosts, {f"{PUBLIC}:5222": port}))
        alice = Person(self.lab.a, "alice", folder, internet.environment())
        alice.immp("login", "--xmpp", alice.address, "--ca", self.lab.a["ca"], "--password-file", "-", text=alice.secret + "\n")
        alice.immp("ls")
        return internet.asked()

    def test_the_xmpp_server_is_found_by_its_service_records(self):
        asked = self.without_a_server_named({SERVICE: ["gone.a.example,5222,1", "xmpp.a.example,5222,2"]},
                                            {"gone.a.example": NOBODY, "xmpp.a.example": PUBLIC})
        self.assertEqual(asked, {SERVICE})

    def test_without_a_record_it_is_the_domain_on_port_5222(self):
        self.assertEqual(self.without_a_server_named({}, {"a.example": PUBLIC}), {SERVICE})

    def test_a_domain_that_says_it_has_no_xmpp_server(self):
        with self.assertRaises(CommandFailed) as caught:
            self.without_a_server_named({SERVICE: [""]}, {"a.example": PUBLIC})
        self.assertEqual(caught.exception.status, UNAVAILABLE, caught.exception)
        self.assertIn("a.example says in DNS that it has no XMPP service", caught.exception.output)

    def test_a_server_that_falls_silent(self):
        for said in ("", STREAM, STREAM + f"<proceed xmlns='{TLS}'/>"):
            with self.subTest(said=said), socket.create_server((LOOPBACK, 0)) as listener:
                silent = threading.Thread(target=self.say_and_hold, args=(listener, said))
                silent.start()
                arguments = [f"{LOOPBACK}:{listener.getsockname()[1]}" if word == self.lab.a["xmpp"]["c2s"] else word
                             for word in self.alice.xmpp_arguments()]
                self.fails(TEMPORARY, "does not answer", self.alice, "--timeout", "2", *arguments, text=self.alice.secret + "\n")
                silent.join()

    @staticmethod
    def say_and_hold(listener, words):
        connection, _ = listener.accept()
        with connection, contextlib.suppress(ConnectionResetError):
            connection.sendall(words.encode())
            while connection.recv(4096):  # until it gives up
                pass

    # -- by a client that shares no code with ours

    def client(self, side, account):
        return XmppClient(side, account, {**side["accounts"], **side["guests"]}[account])

    def greeted(self, session, account):
        self.assertIn("100 IMMP/1.0 Server at ", session.line())
        self.assertIn(" caps=", session.line())
        self.assertEqual(session.line(), f"210 Authentication accepted for {account}")

    def test_the_independent_client(self):
        for side, account in ((self.lab.a, "alice@a.example"), (self.lab.b, "bob@b.example")):
            with self.subTest(account=account), self.client(side, account) as client:
                session = Session(client, "immp." + side["domain"])
                self.greeted(session, account)
                self.assertEqual(session.ask("NOOP"), "200 OK")
                self.assertTrue(session.ask("UPGRADE TLS3").startswith("405 "))
                self.assertTrue(session.ask("AUTH SECRET " + account).startswith("405 "))
                self.assertTrue(session.ask("SET GLOBAL XMPP=OFF").startswith("403 "))
                session.block(session._sent, "")
                session._sent += 1
                self.assertEqual(session.ask("QUIT"), "205 Bye")
                self.assertIsNone(session.line())

    def test_the_pages_example(self):
        with open(os.path.join(ROOT, "docs", "protocol.md"), encoding="utf-8") as file:
            example = next(one for one in page.examples(file.read()) if ("listener", "xmpp") in one.head)
        with self.client(self.lab.a, "alice@a.example") as client:
            session = Session(client, "immp.a.example")
            for word, text in example.steps:
                if word == "C":
                    session.send(text.encode() + b"\n")
                else:
                    self.assertEqual(page.form(session.line()), page.form(text))
        self.alice.immp("settings", "NOTIFY=")

    def refused(self, condition, code, act):
        with self.assertRaises(Refused) as caught:
            act()
        self.assertEqual((caught.exception.condition, caught.exception.code), (condition, code))

    def test_a_user_of_another_domain_is_refused(self):
        for side, account, component in ((self.lab.b, "bob@b.example", "immp.a.example"), (self.lab.a, "alice@a.example", "immp.b.example")):
            with self.subTest(account=account), self.client(side, account) as client:
                self.refused("forbidden", 403, lambda c=client, to=component: Session(c, to))

    def test_what_is_out_of_order_ends_it(self):
        for side, account in ((self.lab.a, "alice@a.example"), (self.lab.b, "bob@b.example")):
            component = "immp." + side["domain"]
            with self.subTest(account=account), self.client(side, account) as client, self.client(side, account) as other:
                session = Session(client, component)
                self.greeted(session, account)
                self.refused("item-not-found", None, lambda: other.ask(
                    f"<data xmlns='http://jabber.org/protocol/ibb' seq='0' sid='{session.sid}'/>", component))
                self.refused("not-acceptable", None, lambda: Session(client, component, sid=session.sid))
                self.refused("unexpected-request", None, lambda: session.send(b"NOOP\n", seq=7))
                self.refused("item-not-found", None, lambda: session.send(b"NOOP\n"))
                self.refused("resource-constraint", None, lambda: Session(client, component, block_size=65_535))
                large = Session(client, component, block_size=1_024)
                self.refused("bad-request", None, lambda: large.block(0, "Cgo=" * 512))

    def test_sessions_of_an_account_are_bounded(self):
        with self.client(self.lab.a, "alice@a.example") as client:
            sessions = []
            # Those of other tests, whose clients are gone, are missed only after a minute.
            with self.assertRaises(Refused) as caught:
                while len(sessions) < 17:
                    sessions.append(Session(client, "immp.a.example"))
            self.assertEqual((caught.exception.condition, caught.exception.code), ("resource-constraint", 429))
            sessions.pop().close()
            sessions.append(Session(client, "immp.a.example"))
            self.greeted(sessions[-1], "alice@a.example")
            for session in sessions:
                session.close()

    def test_half_a_session_is_held_by_nothing(self):
        """A stanza to a user who is offline comes back as an error, and the daemon goes on."""
        for side, account in ((self.lab.a, "alice@a.example"), (self.lab.b, "bob@b.example")):
            client = self.client(side, account)
            session = Session(client, "immp." + side["domain"])
            self.greeted(session, account)
            client.close()
            with self.client(side, account) as again:
                self.greeted(Session(again, "immp." + side["domain"]), account)


if __name__ == "__main__":
    unittest.main()

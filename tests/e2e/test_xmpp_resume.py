"""A session through one's XMPP account outlives what carries it: cut off, silent or killed in the middle of a body, it goes on there.

A proxy stands between `immp` and the user's XMPP server, and counts: whoever began anew would send the whole body again.
"""

import filecmp
import json
import tempfile
import unittest

from harness import Lab
from immp_xmpp import Refused, Session, XmppClient
from person import Person, make_file
from proxy import Proxy
from waiting import wait_until

MIB = 1 << 20
SECONDS = 240
SIDES = (("a", "alice"), ("b", "bob"))  # Prosody, ejabberd
ACCOUNTS = ("alice@a.example", "bob@b.example")


class Transfer:
    """`immp` at work in a process of its own."""

    def __init__(self, test, person, *arguments):
        self._test = test
        self._notes = test.enterContext(tempfile.TemporaryFile("w+", encoding="utf-8"))
        self._out = test.enterContext(tempfile.TemporaryFile("w+", encoding="utf-8"))
        self._process = person.start(*arguments, stdout=self._out, stderr=self._notes)
        test.addCleanup(self._end)

    def _end(self):
        self._process.kill()
        self._process.wait()

    @staticmethod
    def _text(file):
        file.seek(0)
        return file.read()

    def wait_until(self, what, event):
        def happened():
            self._test.assertIsNone(self._process.poll(), self._text(self._notes))
            return event()
        wait_until(what, happened, SECONDS, interval=0.002)

    def wait_for_note(self, words):
        self.wait_until(words, lambda: words in self._text(self._notes))

    def finish(self):
        """What it printed."""
        self._test.assertEqual(self._process.wait(SECONDS), 0, self._text(self._notes))
        return self._text(self._out)


class Behind:
    """Somebody whose way to the XMPP server leads through a proxy."""

    def __init__(self, test, lab, side, name):
        shown = getattr(lab, side)
        self.proxy = test.enterContext(Proxy(shown["xmpp"]["c2s"]))
        through = {**shown, "xmpp": {**shown["xmpp"], "c2s": f"127.0.0.1:{self.proxy.port}"}}
        self.person = Person(through, name, test.enterContext(tempfile.TemporaryDirectory())).log_in()
        self.person.allow_xmpp()
        self.person.log_in_through_xmpp()
        self.address = self.person.address
        self._test = test

    def send(self, path, subject, *options):
        return Transfer(self._test, self.person, *options, "send", self.address, "-s", subject, "-a", path, "--json")

    def check(self, transfer, sent, subject):
        """The message came once and whole."""
        identity = json.loads(transfer.finish())["id"]
        self._test.assertEqual([message["_id"] for message in self.person.wait_for(1, subject)], [identity])
        self._test.assertTrue(filecmp.cmp(sent, self.person.save(identity, "drawings.bin"), shallow=False), "octets differ")


class Independent(unittest.TestCase):
    """By a client that shares no code with `immp`."""

    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab())
        for side, name in SIDES:
            person = Person(getattr(cls.lab, side), name, cls.enterClassContext(tempfile.TemporaryDirectory())).log_in()
            person.allow_xmpp()

    def client(self, account, resource=None):
        side = {"a.example": self.lab.a, "b.example": self.lab.b}[account.partition("@")[2]]
        client = XmppClient(side, account, side["accounts"][account], resource)
        self.addCleanup(client.close)
        return client

    def session(self, account, kept=False):
        client = self.client(account)
        if kept:
            client.be_kept()
        session = Session(client, "immp." + client.domain)
        for code in ("100 ", "101 ", "210 "):
            self.assertIn(code, session.line())
        return session

    def refused(self, condition, act):
        with self.assertRaises(Refused) as caught:
            act()
        self.assertEqual(caught.exception.condition, condition)

    def check_reply_after(self, account, part, kept=False):
        session = self.session(account, kept)
        session.send(b"NOOP\n")
        part(session.client)
        session.resume(self.client(account, session.client.resource))
        self.assertEqual(session.line(), "200 OK")
        self.assertEqual(session.ask("NOOP"), "200 OK")
        self.assertEqual(session.ask("QUIT"), "205 Bye")

    def test_the_reply_that_nobody_took(self):
        for account in ACCOUNTS:
            with self.subTest(account=account):
                self.check_reply_after(account, XmppClient.close)

    def test_the_former_stream_still_stands(self):
        for account in ACCOUNTS:
            with self.subTest(account=account):
                self.check_reply_after(account, lambda client: None)

    def test_the_server_keeps_the_former_stream(self):
        """XEP-0198: what the component sent is neither answered nor refused, until the new stream takes the resource."""
        for account in ACCOUNTS:
            with self.subTest(account=account):
                self.check_reply_after(account, XmppClient.close, kept=True)

    def test_nobody_else_goes_on_with_it(self):
        for account in ACCOUNTS:
            with self.subTest(account=account):
                session = self.session(account)
                own = session.client
                self.refused("item-not-found", lambda: session.resume(self.client(account)))
                other = next(name for name in self.lab.a["accounts"] | self.lab.b["accounts"]
                             if name != account and name.endswith(account[account.index("@"):]))
                self.refused("item-not-found", lambda: session.resume(self.client(other, own.resource)))
                stranger = next(name for name in ACCOUNTS if name != account)
                self.refused("forbidden", lambda: session.resume(self.client(stranger, own.resource)))
                self.assertEqual(session.ask("NOOP"), "200 OK")
                session.resume(own)
                self.refused("resource-constraint", lambda: session.resume(own))
                self.assertEqual(session.ask("NOOP"), "200 OK")

    def test_it_goes_on_only_from_where_it_was(self):
        for account in ACCOUNTS:
            with self.subTest(account=account):
                session = self.session(account)
                self.refused("unexpected-request", lambda: session.resume(session.client, awaits=7))
                self.refused("item-not-found", lambda: session.resume(session.client))

    def test_seats_of_those_who_are_gone(self):
        """Of clients that were killed one after the other, as many as there are, none keeps the next one out."""
        for account in ACCOUNTS:
            with self.subTest(account=account):
                def enters(account=account):
                    try:
                        return self.session(account)
                    except Refused as refused:
                        self.assertEqual(refused.code, 429)
                        return None

                for _ in range(20):
                    wait_until("a seat", enters, 10, interval=0.2).client.close()


class StockLimits(unittest.TestCase):
    """Prosody takes 10 kB/s of a client, ejabberd 3 kB/s."""

    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab("--limits", "stock"))

    def check_cut(self, side, name, size):
        user = Behind(self, self.lab, side, name)
        sent = make_file(user.person.folder, "drawings.bin", size)
        before = user.proxy.sent
        transfer = user.send(sent, "Cut off")
        transfer.wait_until("most of it sent", lambda: user.proxy.sent - before > 1.15 * size)  # in base64 it is 4/3
        user.proxy.cut()
        cut_at = user.proxy.sent
        transfer.wait_for_note("trying again")
        transfer.finish()
        self.assertLess(user.proxy.sent - cut_at, size, "it began anew")
        self.assertLess(user.proxy.sent - before, 1.5 * 4 / 3 * size)
        user.check(transfer, sent, "Cut off")

    def test_prosody(self):
        self.check_cut("a", "alice", 200_000)

    def test_ejabberd(self):
        self.check_cut("b", "bob", 90_000)


class Fast(unittest.TestCase):
    """No limits: 10 MiB."""

    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab("--tuned"))

    def check_sending(self, user, subject, happens, *options):
        """Something happens after 4 of the 14 MB that 10 MiB are in base64."""
        sent = make_file(user.person.folder, "drawings.bin", 10 * MIB)
        before = user.proxy.sent
        transfer = user.send(sent, subject, *options)
        transfer.wait_until("a part sent", lambda: user.proxy.sent - before > 4 * MIB)
        happens(transfer)
        transfer.finish()
        self.assertLess(user.proxy.sent - before, 1.2 * 4 / 3 * 10 * MIB, "it began anew")
        user.check(transfer, sent, subject)

    def test_cut_off_three_times(self):
        for side, name in SIDES:
            with self.subTest(server=side):
                user = Behind(self, self.lab, side, name)

                def cut(transfer, user=user):
                    for _ in range(3):
                        user.proxy.cut()
                        at = user.proxy.sent
                        transfer.wait_until("more sent", lambda: user.proxy.sent - at > MIB)

                self.check_sending(user, "Cut three times", cut)

    def test_cut_off_while_it_reads(self):
        for side, name in SIDES:
            with self.subTest(server=side):
                user = Behind(self, self.lab, side, name)
                sent = make_file(user.person.folder, "drawings.bin", 10 * MIB)
                identity = json.loads(user.send(sent, "To be read").finish())["id"]
                before = user.proxy.received
                path = sent + ".saved"
                reading = Transfer(self, user.person, "save", identity, "drawings.bin", "-o", path)
                reading.wait_until("a part read", lambda: user.proxy.received - before > 4 * MIB)
                user.proxy.cut()
                reading.finish()
                self.assertLess(user.proxy.received - before, 1.2 * 4 / 3 * 10 * MIB, "it began anew")
                self.assertTrue(filecmp.cmp(sent, path, shallow=False), "octets differ")

    def test_a_silent_network(self):
        """The server does not know that the former stream is gone: the new one takes its resource."""
        for side, name in SIDES:
            with self.subTest(server=side):
                user = Behind(self, self.lab, side, name)

                def fall_silent(transfer, user=user):
                    user.proxy.drop_packets()
                    transfer.wait_for_note("has not answered")
                    user.proxy.pass_packets()

                self.check_sending(user, "Silence", fall_silent, "--timeout", "5")

    def test_the_xmpp_server_is_killed(self):
        """With it goes the component's stream: the daemon keeps the session."""
        for side, name in SIDES:
            with self.subTest(server=side):
                user = Behind(self, self.lab, side, name)

                def kill(transfer, side=side):
                    self.lab.kill(side, "xmpp")
                    self.lab.start(side, "xmpp")
                    transfer.wait_for_note("trying again")

                self.check_sending(user, "Killed", kill)

    def test_the_daemon_is_killed(self):
        """No session survives that: it begins anew, under the same id."""
        for side, name in SIDES:
            with self.subTest(server=side):
                user = Behind(self, self.lab, side, name)
                sent = make_file(user.person.folder, "drawings.bin", 10 * MIB)
                before = user.proxy.sent
                transfer = user.send(sent, "Anew")
                transfer.wait_until("a part sent", lambda user=user, at=before: user.proxy.sent - at > 4 * MIB)
                self.lab.kill(side, "immpd")
                self.lab.start(side, "immpd")
                user.check(transfer, sent, "Anew")
                self.assertGreater(user.proxy.sent - before, 4 * MIB + 4 / 3 * 10 * MIB)


if __name__ == "__main__":
    unittest.main()

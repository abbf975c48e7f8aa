"""Two domains without any XMPP server, each the other's TCP route, on real TLS."""

import os
import secrets
import tempfile
import unittest

from immp_client import Part, expect, text_part
from immp_server import ServerSession
from ports import LOOPBACK, Reservation
from tcp_domain import TcpDomain
from waiting import wait_until

SECONDS = 60
NONE = "0" * 64


class Tcp(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        ports = Reservation()
        self.a = TcpDomain(os.path.join(folder, "a"), "a.example", ports.take(), ("alice",))
        self.c = TcpDomain(os.path.join(folder, "c"), "c.example", ports.take(), ("carol",))
        for one, other in ((self.a, self.c), (self.c, self.a)):
            one.write_config({other.domain: f"tcp:{LOOPBACK}:{other.port}", "*": f"via:{other.domain}"}, other.authority.certificate)
            self.enterContext(one)
        self.alice, self.carol = (self.enterContext(domain.mailer(user)) for domain, user in ((self.a, "alice"), (self.c, "carol")))

    def send(self, sender, recipient, subject, *parts):
        expect(sender.submit([recipient.address], subject, [text_part("Hello"), *parts]), 273)

    def test_mail_crosses_both_ways_short_and_long(self):
        picture = Part("picture", secrets.token_bytes(1_500_000), "image/png")
        self.send(self.alice, self.carol, "to c")
        self.send(self.carol, self.alice, "to a")
        self.send(self.alice, self.carol, "long", picture)
        self.carol.wait_for("to c", SECONDS)
        self.alice.wait_for("to a", SECONDS)
        message, = self.carol.wait_for("long", SECONDS)
        self.assertEqual(self.carol.fetch_part(message["_id"], "picture"), picture.data)
        # Whoever is nobody there comes back as a bounce: the receipt has crossed, too.
        expect(self.alice.submit(["nobody@c.example"], "lost", [text_part("Hello")]), 273)
        wait_until("the bounce", lambda: any(message["subject"].startswith("Undelivered: nobody@c.example")
                                              for message in self.alice.index()), SECONDS)
        for domain, other in ((self.a, "c.example"), (self.c, "a.example")):
            pinged = domain.immpd("ping", other)
            self.assertEqual(pinged.returncode, 0, pinged.stdout + pinged.stderr)
            self.assertIn("TCP to", pinged.stdout)
        checked = self.a.check()
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertIn(f"c.example: tcp:{LOOPBACK}:{self.c.port}\n", checked.stdout)

    def test_a_restart_in_the_middle_loses_nothing_and_doubles_nothing(self):
        self.send(self.alice, self.carol, "first")
        self.carol.wait_for("first", SECONDS)
        self.c.kill()
        self.send(self.alice, self.carol, "while it was down")
        wait_until("a.example has tried", lambda: "mail to c.example waits" in self.a.log(), SECONDS)
        self.a.kill()
        self.c.start()
        self.a.start()
        carol = self.enterContext(self.c.mailer("carol"))
        carol.wait_for("while it was down", SECONDS)
        alice = self.enterContext(self.a.mailer("alice"))
        self.send(alice, carol, "after")
        carol.wait_for("after", SECONDS)
        self.assertEqual(sorted(message["subject"] for message in carol.index()), ["after", "first", "while it was down"])

    def test_a_wrong_certificate_gets_no_mail(self):
        self.send(self.alice, self.carol, "first")
        self.carol.wait_for("first", SECONDS)
        self.a.stop()
        self.a.write_config({"c.example": f"tcp:{LOOPBACK}:{self.c.port}", "*": "via:c.example"}, self.a.authority.certificate)
        self.a.start()
        alice, carol = self.enterContext(self.a.mailer("alice")), self.carol
        self.send(alice, carol, "held")
        wait_until("a.example refuses the certificate", lambda: "signed by no authority that is trusted here" in self.a.log(), SECONDS)
        self.assertEqual([message["subject"] for message in carol.index()], ["first"])
        pinged = self.a.immpd("ping", "c.example")
        self.assertEqual(pinged.returncode, 69, pinged.stdout)
        self.a.stop()
        self.a.write_config({"c.example": f"tcp:{LOOPBACK}:{self.c.port}", "*": "via:c.example"}, self.c.authority.certificate)
        self.a.start()
        carol.wait_for("held", SECONDS)

    def test_a_server_of_another_name_gets_no_mail(self):
        """Its authority is trusted; it is not whom the route is for."""
        other = TcpDomain(os.path.join(self.a.folder, "d"), "d.example", Reservation().take(), ())
        other.write_config({"a.example": f"tcp:{LOOPBACK}:{self.a.port}", "*": "via:a.example"}, self.a.authority.certificate)
        self.enterContext(other)
        self.a.stop()
        self.a.write_config({"c.example": f"tcp:{LOOPBACK}:{other.port}", "*": "via:c.example"}, other.authority.certificate)
        self.a.start()
        self.send(self.enterContext(self.a.mailer("alice")), self.carol, "not for d")
        wait_until("a.example refuses the certificate", lambda: "does not name c.example" in self.a.log(), SECONDS)

    def test_a_cookie_over_tcp_that_is_none(self):
        """The issuer is asked back at its route's host, and says no."""
        with ServerSession(self.a.side["listener"], "a.example", self.a.authority.certificate, upgrade=True) as session:
            refused = expect(session.prove(NONE, "c.example"), 421)
            self.assertIsNone(refused.last.field("retry"))
            self.c.kill()
            later = expect(session.prove(NONE, "c.example"), 421)
            self.assertIsNotNone(later.last.field("retry"))


if __name__ == "__main__":
    unittest.main()

"""a.example's immpd as the gateway of c.example, which has no XMPP server: c.example <-TCP-> a.example <-XMPP-> b.example."""

import os
import unittest

from harness import Lab
from immp_client import Mailer, Part, expect, text_part
from ports import LOOPBACK, Reservation
from tcp_domain import TcpDomain
from waiting import wait_until

SECONDS = 90


class Gateway(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab("--a", "prosody", "--b", "ejabberd"))
        cls.c = TcpDomain(os.path.join(cls.lab.folder, "c"), "c.example", Reservation().take(), ("cecil",))
        listener = cls.lab.a["listener"]
        cls.c.write_config({"a.example": f"tcp:{listener}", "*": "via:a.example"}, cls.lab.a["ca"])
        cls.enterClassContext(cls.c)
        cls.configure("a", f'[routes]\n"c.example" = "tcp:{LOOPBACK}:{cls.c.port}"\n[gateway]\ndomains = ["c.example"]\n'
                           f'ca = "{cls.c.authority.certificate}"\n')
        cls.configure("b", '[routes]\n"c.example" = "via:a.example"\n')

    @classmethod
    def configure(cls, side, text):
        cls.lab.kill(side, "immpd")
        with open(getattr(cls.lab, side)["config"], "a", encoding="utf-8") as file:
            file.write(text)
        cls.lab.start(side, "immpd")

    def setUp(self):
        self.alice, self.bob = self.enterContext(Mailer(self.lab.a, "alice")), self.enterContext(Mailer(self.lab.b, "bob"))
        self.cecil = self.enterContext(self.c.mailer("cecil"))

    def send(self, sender, recipient, subject, *parts):
        expect(sender.submit([recipient], subject, [text_part("Hello"), *parts]), 273)

    def test_mail_crosses_the_gateway_both_ways(self):
        picture = Part("picture", os.urandom(900_000), "image/png")
        self.send(self.cecil, self.bob.address, "c to b")
        self.bob.wait_for("c to b", SECONDS)
        self.send(self.bob, self.cecil.address, "b to c")
        self.cecil.wait_for("b to c", SECONDS)
        for sender, reader, way in ((self.cecil, self.bob, "long c to b"), (self.bob, self.cecil, "long b to c")):
            self.send(sender, reader.address, way, picture)
            message, = reader.wait_for(way, SECONDS)
            self.assertEqual(reader.fetch_part(message["_id"], "picture"), picture.data)
            self.assertEqual(message["from"], sender.address)
        # Receipts came back: nothing waits at either end, and what was refused there bounced here.
        self.send(self.cecil, "nobody@b.example", "lost at b")
        wait_until("the bounce", lambda: any(message["subject"].startswith("Undelivered: nobody@b.example")
                                              for message in self.cecil.index()), SECONDS)
        self.send(self.bob, "nobody@c.example", "lost at c")
        wait_until("the bounce", lambda: any(message["subject"].startswith("Undelivered: nobody@c.example")
                                              for message in self.bob.index()), SECONDS)
        wait_until("b's outbox is empty", lambda: self.lab.rows("b", "SELECT count(*) FROM outbox") == [(0,)], SECONDS)

    def test_mail_of_the_gateway_itself(self):
        self.send(self.alice, self.cecil.address, "a to c")
        self.cecil.wait_for("a to c", SECONDS)
        self.send(self.cecil, self.alice.address, "c to a")
        self.alice.wait_for("c to a", SECONDS)

    def test_readers_see_the_gateway_and_that_its_line_holds(self):
        # The record by which the line is judged comes with the gateway's own mail.
        for reader, way in ((self.bob, "a knows b"), (self.cecil, "a knows c")):
            self.send(self.alice, reader.address, way)
            own, = reader.wait_for(way, SECONDS)
            self.assertNotIn("received-via", reader.fetch_json(own["_id"])["envelope"])
        for sender, reader, way in ((self.cecil, self.bob, "seen at b"), (self.bob, self.cecil, "seen at c")):
            self.send(sender, reader.address, way)
            message, = reader.wait_for(way, SECONDS)
            envelope = reader.fetch_json(message["_id"])["envelope"]
            relay, = envelope["received-via"]
            self.assertEqual((relay["domain"], relay["verified"]), ("a.example", True))
            self.assertEqual([hop["domain"] for hop in envelope["received"]],
                             [name.partition("@")[2] for name in (sender.address, reader.address)])
            self.assertIn(b"\r\nX-IMMP-Received-Via: a.example\r\n (verified); ", reader.fetch_mime(message["_id"]))

    def test_the_gateway_is_killed_under_way(self):
        self.lab.kill("a", "immpd")
        self.send(self.bob, self.cecil.address, "held at b")
        self.send(self.cecil, self.bob.address, "held at c")
        self.lab.start("a", "immpd")
        self.cecil.wait_for("held at b", SECONDS)
        self.bob.wait_for("held at c", SECONDS)
        self.assertEqual(len(self.cecil.wait_for("held at b", SECONDS)), 1)

    def test_nothing_is_passed_on_between_others(self):
        """d.example is nobody that a.example serves: b.example's mail for it is not taken there."""
        self.configure("b", '"d.example" = "via:a.example"\n')
        bob = self.enterContext(Mailer(self.lab.b, "bob"))
        self.send(bob, "dora@d.example", "to nobody")
        wait_until("b.example's mail to d.example waits", lambda: "mail to d.example waits" in self.lab.log("b"), SECONDS)


if __name__ == "__main__":
    unittest.main()

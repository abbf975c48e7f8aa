"""What comes back goes on where it stopped, and at once: transfers, peers, and links on which packets were dropped."""

import os
import re
import unittest

from harness import Lab
from immp_client import Mailer, Part, text_part
from proxy import Proxy
from waiting import wait_until

MIB = 1 << 20
LARGE = 20 * MIB
EVENT_SECONDS = 240
STALLED = 8  # seconds: a pause so long ends by an event, or the test sees that it did not


def component_by(lab, side, port):
    """Starts the side's daemon anew, with its XMPP server behind this port."""
    shown = getattr(lab, side)
    lab.kill(side, "immpd")
    with open(shown["config"], encoding="ascii") as file:
        text = file.read()
    with open(shown["config"], "w", encoding="ascii") as file:
        file.write(re.sub(r"(?s)(\[component\].*?\nport = )\d+", rf"\g<1>{port}", text, count=1))
    lab.start(side, "immpd")


class Returning(unittest.TestCase):
    def raise_lab(self, *options):
        return self.enterContext(Lab(*options))

    def log_in(self, side, name):
        return self.enterContext(Mailer(side, name))

    def await_log(self, lab, side, words, after=0):
        return wait_until(f"{words!r} in the log of {side}", lambda: lab.log(side).find(words, after) + 1, EVENT_SECONDS)

    def stored_share(self, lab):
        """How much of the bundle that b receives is stored there."""
        rows = lab.rows("b", "SELECT b.length, i.of FROM incoming i JOIN bodies b ON b.id = i.body")
        return rows[0][0] / rows[0][1] if rows else 0

    def send_again_after_kill(self, victim, kind):
        lab = self.raise_lab("--b", kind)
        with Proxy(lab.a["component"]["address"]) as proxy:
            component_by(lab, "a", proxy.port)
            body = os.urandom(LARGE)
            before = proxy.sent
            with Mailer(lab.a, "alice") as alice:
                alice.submit(["bob@b.example"], "Large", [text_part("x"), Part("large.bin", body)])
            wait_until("half of it is there", lambda: self.stored_share(lab) >= 0.5, EVENT_SECONDS, interval=0.005)
            at_kill = proxy.sent
            lab.kill(victim, "immpd")
            lab.start(victim, "immpd")
            with Mailer(lab.b, "bob") as bob:
                identity = bob.wait_for("Large", EVENT_SECONDS)[0]["_id"]
                self.assertEqual(bob.fetch_part(identity, "large.bin"), body)
            whole = LARGE * 4 / 3  # base64
            share = (proxy.sent - at_kill) / whole
            print(f"{victim}.immpd killed with {(at_kill - before) / whole:.0%} of the octets sent, then {share:.0%} were sent")
            self.assertLess(share, 0.6)
            self.assertGreater(share, 0.1, "it was not killed in the middle")

    def test_sender_killed_at_half(self):
        self.send_again_after_kill("a", "ejabberd")

    def test_receiver_killed_at_half(self):
        self.send_again_after_kill("b", "prosody")

    def test_mail_goes_at_once_when_the_peer_is_back(self):
        """ejabberd does not list a component that is down: being told so must not outlast its return."""
        for kind in ("ejabberd", "prosody"):
            with self.subTest(peer=kind):
                with Lab("--b", kind) as lab:
                    lab.kill("b", "immpd")
                    with Mailer(lab.a, "alice") as alice:
                        alice.submit(["bob@b.example"], "Waited", [text_part("x")])
                    pause = re.compile(r"mail to b\.example waits (\d+) s")
                    wait_until("the pauses are long", lambda: int((pause.findall(lab.log("a")) or [0])[-1]) >= STALLED, EVENT_SECONDS)
                    lab.start("b", "immpd")
                    with Mailer(lab.b, "bob") as bob:
                        bob.wait_for("Waited", EVENT_SECONDS)
                    told = lab.log("a").rpartition(" s: ")[2]
                    self.assertIn("b.example is there again", told, "it came by the schedule")

    def test_dropped_packets_are_noticed_and_nothing_is_lost(self):
        for kind in ("prosody", "ejabberd"):
            with self.subTest(server=kind):
                with Lab("--a", kind, "--b", "prosody") as lab:
                    with Proxy(lab.a["component"]["address"]) as proxy:
                        component_by(lab, "a", proxy.port)
                        self.drop_and_pass(lab, proxy)

    def drop_and_pass(self, lab, proxy):
        alice, bob = self.log_in(lab.a, "alice"), self.log_in(lab.b, "bob")
        wanted = []
        for number in range(40):
            if number == 20:
                before = len(lab.log("a"))
                proxy.drop_packets()
            for sender, reader in ((alice, bob), (bob, alice)):
                body = os.urandom(20_000)
                sent = sender.submit([reader.address], f"Dropped {number}", [Part("body", body, content=True)])
                wanted.append((reader, sent.last.text.split(" ")[0], body))
        noticed = self.await_log(lab, "a", "it has stopped answering", before)
        proxy.pass_packets()
        self.await_log(lab, "a", "link: online", noticed)
        for reader in (alice, bob):
            wait_until(f"40 messages for {reader.address}", lambda reader=reader: reader.check()[1] >= 40, EVENT_SECONDS)
            there = sorted(message["_id"] for message in reader.index())
            self.assertEqual(there, sorted(identity for other, identity, _ in wanted if other is reader))
        for reader, identity, body in wanted:
            self.assertEqual(reader.fetch_part(identity, "body"), body)


if __name__ == "__main__":
    unittest.main()

"""`immpd ping DOMAIN` on real servers: each step of the way fails by itself, and is named with what mends it."""

import contextlib
import json
import os
import subprocess
import unittest

from harness import Lab
from immp_armor import Identity
from immp_component import Component, Stranger, refusal
from waiting import wait_until

STEPS = ["handshake", "own listing", "DNS and s2s", "peer's listing", "peer's component", "peer's key", "sealed echo"]
END_SECONDS = 30
UNREACHED = 69  # EX_UNAVAILABLE


def program():
    return os.path.join(os.environ["IMMP_BIN"], "immpd")


class Deaf(Component):
    """A component that is there and speaks no IMMP."""

    def answer(self, kind, element, stanza):
        kind, payload = super().answer(kind, element, stanza)
        return kind, payload.replace("<feature var='urn:immp:1'/>", "")


class Ping(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab())

    def ping(self, domain, side="a"):
        config = (self.lab.a if side == "a" else self.lab.b)["config"]
        return subprocess.run([program(), "ping", domain, "--json", "--config", config], capture_output=True, text=True,
                              timeout=180, check=False)

    def assert_fails_at(self, step, domain="b.example", side="a", detail="", remedy=""):
        """The steps before went well, this one failed with words of its cause and its remedy, none was taken behind it."""
        done = self.ping(domain, side)
        taken = [json.loads(line) for line in done.stdout.splitlines()]
        shown = f"{done.stdout}{done.stderr}"
        self.assertEqual([each["step"] for each in taken], STEPS[:STEPS.index(step) + 1], shown)
        self.assertEqual([each["ok"] for each in taken], [True] * (len(taken) - 1) + [False], shown)
        self.assertIn(detail, taken[-1]["detail"])
        self.assertIn(remedy, taken[-1]["remedy"])
        self.assertTrue(taken[-1]["remedy"])
        self.assertEqual(done.returncode, UNREACHED)

    @contextlib.contextmanager
    def without(self, side, role):
        self.lab.kill(side, role)
        try:
            yield
        finally:
            self.lab.start(side, role)

    @contextlib.contextmanager
    def in_place_of_b(self, kind, *more):
        """A component of ours instead of b.example's immpd."""
        with self.without("b", "immpd"):
            place = self.lab.b["component"]
            with kind(place["address"], place["jid"], place["secret"], *more) as component:
                yield component

    @contextlib.contextmanager
    def with_config(self, change):
        """a.example's daemon with another configuration on the same store."""
        with open(self.lab.a["config"], encoding="utf-8") as file:
            text = file.read()
        folder = os.path.dirname(self.lab.a["config"])
        changed = os.path.join(folder, "changed.toml")
        with open(os.open(changed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(change(text))
        with self.without("a", "immpd"), open(os.path.join(folder, "changed.log"), "wb") as log:
            with subprocess.Popen([program(), "run", "--config", changed], stderr=log) as daemon:
                try:
                    wait_until("the daemon's answer", lambda: self.ping("-").stdout, END_SECONDS)
                    yield
                finally:
                    daemon.terminate()
                    daemon.wait(END_SECONDS)

    def test_all_steps_go_well_both_ways(self):
        for side, domain in (("a", "b.example"), ("b", "a.example")):
            done = self.ping(domain, side)
            taken = [json.loads(line) for line in done.stdout.splitlines()]
            self.assertEqual([(each["step"], each["ok"], each["remedy"]) for each in taken], [(step, True, "") for step in STEPS])
            self.assertEqual(done.returncode, 0)

    def test_no_daemon(self):
        with self.without("a", "immpd"):
            done = self.ping("b.example")
        self.assertEqual((done.returncode, done.stdout), (UNREACHED, ""))
        self.assertIn("no immpd runs on", done.stderr)

    def test_no_xmpp_server_is_the_handshake(self):
        with self.without("a", "xmpp"):
            self.assert_fails_at("handshake", detail="XMPP server at", remedy="[component] address, port")

    def test_wrong_secret_is_the_handshake(self):
        with self.with_config(lambda text: text.replace(self.lab.a["component"]["secret"], "wrong")):
            self.assert_fails_at("handshake", detail="refused the component secret (not-authorized)", remedy="secret")

    def test_component_below_no_domain_is_the_own_listing(self):
        config = os.path.join(os.path.dirname(self.lab.a["config"]), "xmpp", "prosody.cfg.lua")
        with open(config, "a", encoding="utf-8") as file:
            file.write('\nComponent "relay.example"\n  component_secret = "5f2a"\n')
        self.lab.kill("a", "xmpp")
        self.lab.start("a", "xmpp")
        jid, secret = self.lab.a["component"]["jid"], self.lab.a["component"]["secret"]
        with self.with_config(lambda text: text.replace(f'"{jid}"', '"relay.example"').replace(secret, "5f2a")):
            self.assert_fails_at("own listing", detail="a.example does not list relay.example", remedy="disco_items")

    def test_unknown_domain_is_dns(self):
        self.assert_fails_at("DNS and s2s", "nobody.example", remedy="look up _xmpp-server._tcp.nobody.example")
        self.assert_fails_at("DNS and s2s", "nobody.example", "b", remedy="nobody.example")

    def test_peer_server_down_is_s2s(self):
        with self.without("b", "xmpp"):
            self.assert_fails_at("DNS and s2s", remedy="port 5269")

    def test_component_not_attached_is_the_listing_at_ejabberd(self):
        # ejabberd lists a component only while it is connected.
        with self.without("b", "immpd"):
            self.assert_fails_at("peer's listing", detail="b.example does not list immp.b.example", remedy="is not connected")

    def test_component_not_attached_is_the_component_at_prosody(self):
        with self.without("a", "immpd"):
            self.assert_fails_at("peer's component", "a.example", "b", remedy="not connected to its XMPP server")

    def test_another_program_in_its_place_is_the_component(self):
        with self.in_place_of_b(Deaf):
            self.assert_fails_at("peer's component", detail="urn:immp:1", remedy="another program")

    def test_peer_without_a_key_is_the_key(self):
        with self.in_place_of_b(Component):
            self.assert_fails_at("peer's key", detail="service-unavailable", remedy="gives no key")

    def test_changed_key_is_the_echo(self):
        with self.in_place_of_b(Stranger, Identity("b.example"), "immp.a.example"):
            self.assert_fails_at("sealed echo", detail="412", remedy="immpd pins accept b.example")

    def test_refused_bundle_is_the_echo(self):
        identity = Identity("b.example")
        with self.in_place_of_b(Stranger, identity, "immp.a.example") as stranger:
            stranger.learn_peer()
            self.ping("b.example")  # shows the changed key
            subprocess.run([program(), "pins", "accept", "b.example", "--config", self.lab.a["config"]], check=True)
            stranger.judge = lambda *_: refusal(702, "internal-server-error", 60)
            self.assert_fails_at("sealed echo", detail="702", remedy="takes no bundle")
            stranger.judge = lambda bundle, *_: stranger.stored(bundle)
            self.assert_fails_at("sealed echo", detail="720", remedy="takes no bundle")
        # The key that was there before is again another one.
        self.ping("b.example")
        subprocess.run([program(), "pins", "accept", "b.example", "--config", self.lab.a["config"]], check=True)
        self.assertEqual(self.ping("b.example").returncode, 0)


if __name__ == "__main__":
    unittest.main()

"""Bare components cross: two XEP-0114 echo components ask each other through both XMPP servers, without any immpd."""

import threading
import unittest

from echo_component import DISCO, PING, EchoComponent, Refused
from harness import Lab

QUERIES = {"ping": f"<ping xmlns='{PING}'/>", "disco": f"<query xmlns='{DISCO}'/>"}


def component(side):
    return EchoComponent(side["component"]["address"], side["component"]["jid"], side["component"]["secret"])


class BareComponents(unittest.TestCase):
    def cross(self, a, b):
        with Lab("--no-immpd", "--a", a, "--b", b) as lab:
            self.assertEqual((lab.a["xmpp"]["kind"], lab.b["xmpp"]["kind"]), (a, b))
            with component(lab.a) as one, component(lab.b) as other:
                for asker, server in ((one, other), (other, one)):
                    self.ask_all(asker, server)

    def ask_all(self, asker, server):
        for name, query in QUERIES.items():
            with self.subTest(asker=asker.jid, query=name):
                served = []
                helper = threading.Thread(target=lambda: served.append(server.serve_one()))
                helper.start()
                answer = asker.answer_to(asker.ask(server.jid, query))
                helper.join()
                self.assertEqual(answer.get("from"), server.jid)
                self.assertEqual(served[0].get("from"), asker.jid)
                if name == "disco":
                    features = {feature.get("var") for feature in answer.iter(f"{{{DISCO}}}feature")}
                    self.assertEqual(features, {DISCO, PING})

    def test_prosody_ejabberd(self):
        self.cross("prosody", "ejabberd")

    def test_ejabberd_prosody(self):
        self.cross("ejabberd", "prosody")

    def test_prosody_prosody(self):
        self.cross("prosody", "prosody")

    def test_ejabberd_ejabberd(self):
        self.cross("ejabberd", "ejabberd")


class LabItself(unittest.TestCase):
    def test_wrong_component_secret_is_refused_by_both_servers(self):
        with Lab("--no-immpd") as lab:
            for side in (lab.a, lab.b):
                with self.subTest(server=side["xmpp"]["kind"]):
                    with self.assertRaises(Refused) as refusal:
                        EchoComponent(side["component"]["address"], side["component"]["jid"], "wrong")
                    self.assertEqual(str(refusal.exception), "not-authorized")

    def test_killed_server_starts_again_as_it_was(self):
        with Lab("--no-immpd") as lab:
            for name, side in (("a", lab.a), ("b", lab.b)):
                with self.subTest(server=side["xmpp"]["kind"]):
                    lab.kill(name, "xmpp")
                    with self.assertRaises(OSError):
                        component(side)
                    lab.start(name, "xmpp")
                    with component(side):
                        pass
            with component(lab.a) as one, component(lab.b) as other:
                helper = threading.Thread(target=other.serve_one)
                helper.start()
                one.answer_to(one.ask(other.jid, QUERIES["ping"]))
                helper.join()

    def test_two_labs_at_once(self):
        with Lab("--no-immpd") as one, Lab("--no-immpd") as other:
            ports = [lab_side["component"]["address"] for lab in (one, other) for lab_side in (lab.a, lab.b)]
            self.assertEqual(len(set(ports)), 4)
            for lab in (one, other):
                with component(lab.a):
                    pass


if __name__ == "__main__":
    unittest.main()

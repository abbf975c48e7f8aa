"""Every example of docs/protocol.md, said to the real daemon by the independent client: the replies must have the form shown.

tests/session plays the same examples against the session alone, to the octet; here nothing is prepared but what `real:` names.
"""

import os
import subprocess
import tempfile
import unittest

import page
from alone import DOMAIN, Alone, program
from immp_client import Connection, Mailer, Part, expect, greet_tls, log_in, scram, text_part
from rule_programs import Programs

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PEOPLE = ("alice", "carol")
NONCE = "AAECAwQFBgcICQoLDA0ODxAR"


class Player:
    """One example on one connection."""

    def __init__(self, side, example, act):
        self._side, self._example, self._act = side, example, act
        self._then = [text[5:] for word, text in example.head if word == "real" and text.startswith("then ")]
        self._until = next((int(text[6:]) for word, text in example.head if word == "real" and text.startswith("until ")), None)
        self._challenge = None
        self._names = {}
        words = dict(example.head)
        if "login" in words:
            self._connection = Mailer(side, "alice").connection
        else:
            first = "tls" if words.get("listener") == "immediate" else "listener"
            self._connection = Connection(side[first])

    def _password(self):
        return self._side["accounts"][f"alice@{DOMAIN}"]

    def _say(self, text):
        if text.startswith("AUTH RESPONSE SCRAM"):
            # The exporter of TLS is not to be had from Python's ssl: without CB.
            proof, _ = scram(self._password(), f"alice@{DOMAIN}", "phone", self._challenge, NONCE)
            text = f"AUTH RESPONSE SCRAM {proof} NONCE {NONCE}"
        for shown, real in self._names.items():
            text = text.replace(shown, real)
        self._connection.send(text + "\n")

    def _hear(self, expected):
        """The lines of `expected`, in order; of lines that are alike there may be more or fewer. Bodies are counted."""
        line, before = self._connection.line(), None
        while expected:
            wanted = expected.pop(0)
            while page.form(line) != page.form(wanted) and page.form(line) == before:
                line = self._connection.line()
            # A body in a pipeline comes in as many pieces as the server likes.
            while page.is_piece(line) and not page.is_piece(wanted):
                self._connection.body(page.body_length(line))
                line = self._connection.line()
            if page.form(line) != page.form(wanted) and page.form(wanted) == before:
                continue
            assert page.form(line) == page.form(wanted), f"{line!r} is not like {wanted!r}"
            before = page.form(wanted)
            while self._then:
                self._act(self._then.pop(0))
            page.learn(self._names, wanted, line)
            if "n1=" in line:
                self._challenge = line[line.index("n1="):]
            if (shown := page.body_length(wanted)) is not None:
                body = self._connection.body(page.body_length(line))
                while shown >= 0:
                    shown -= len(expected.pop(0).encode()) + 1
                assert body or ": " in line, "an empty body"
            line = self._connection.line() if expected else None

    def play(self):
        steps = self._example.steps[:self._until]
        with self._connection:
            while steps:
                word, text = steps.pop(0)
                if word == "C":
                    self._say(text)
                elif word == "handshake":
                    self._connection.secure(DOMAIN, self._side["ca"])
                else:
                    expected = [text]
                    while steps and steps[0][0] == "S":
                        expected.append(steps.pop(0)[1])
                    self._hear(expected)


class ProtocolPage(unittest.TestCase):
    def setUp(self):
        self.alone = Alone(self.enterContext(tempfile.TemporaryDirectory()))
        accounts = {}
        for name in PEOPLE:
            made = subprocess.run([program(), "account", "add", f"{name}@{DOMAIN}", "-c", self.alone.config], capture_output=True,
                                  text=True, check=True)
            accounts[f"{name}@{DOMAIN}"] = made.stdout.strip()
        self.programs = Programs(self.alone.path("programs"))
        self.daemon = self.enterContext(self.alone.start(rules_programs=self.programs.path))
        plain, tls = self.daemon.addresses()
        self.side = {"domain": DOMAIN, "ca": self.alone.authority.certificate, "listener": plain, "tls": tls, "accounts": accounts}

    def make_real(self, text):
        """What a `real:` line asks for."""
        first, _, rest = text.partition(" ")
        if first == "refused":
            self.make_real(f"alice BLOCK ADD {DOMAIN}")
            with Mailer(self.side, "carol") as carol:
                expect(carol.submit([f"alice@{DOMAIN}"], "Lottery", [text_part("Hello")]), 455)
            self.make_real(f"alice BLOCK DROP {DOMAIN}")
            return
        if first == "device":
            with greet_tls(self.side["tls"], DOMAIN, self.side["ca"]) as connection:
                log_in(connection, f"alice@{DOMAIN}", self.side["accounts"][f"alice@{DOMAIN}"], rest)
            return
        if first == "mail":
            with Mailer(self.side, "carol") as carol:
                parts = [text_part("Hello"), Part("logo.jpg", b"0123456789", "image/jpeg")]
                expect(carol.submit([f"alice@{DOMAIN}"], "Lunch \"today\"?", parts, identity=rest), 275)
            return
        if first == "push":
            name, identity = rest.split(" ")
            with Mailer(self.side, name) as somebody:
                pushed = somebody.push(f"alice@{DOMAIN}", text_part("Is this your address?"), identity=identity,
                                       actions=[("That is me", "https://a.example/confirm")])
                self.assertIn(pushed.code, (265, 266), pushed)
            return
        if first == "shared":
            address, owner = rest.split(" ")
            subprocess.run([program(), "mailbox", "add", address, "--owner", owner, "-c", self.alone.config], capture_output=True,
                           check=True)
            return
        if first == "program":
            self.programs.add(rest, "exit 1")
            return
        if first == "quota":
            subprocess.run([program(), "account", "quota", *rest.split(" "), "-c", self.alone.config], capture_output=True, check=True)
            return
        with Mailer(self.side, first) as somebody:
            answer = somebody.connection.ask(rest)
            self.assertLess(answer.code, 400, f"{text}: {answer}")

    def play(self, example):
        for word, text in example.head:
            if word == "real" and not text.startswith(("then ", "until ")):
                self.make_real(text)
        Player(self.side, example, self.make_real).play()


def add_tests():
    with open(os.path.join(ROOT, "docs", "protocol.md"), encoding="utf-8") as file:
        found = page.examples(file.read())
    for example in found:
        if ("listener", "xmpp") in example.head:
            continue  # test_xmpp_login plays it: it needs an XMPP server
        name = "test_" + "".join(c if c.isalnum() else "_" for c in example.name)
        setattr(ProtocolPage, name, lambda self, example=example: self.play(example))


add_tests()

if __name__ == "__main__":
    unittest.main()

"""Keys of domains and users, asked for and published by a client that shares no code with the daemon, between real XMPP servers."""

import time
import unittest

import nacl.bindings as sodium

from harness import Lab
from immp_armor import Record, b64, compact, digest, holds, moment, sign, unb64
from immp_client import Mailer, Part, expect

DAY = 86400


class Author:
    """A user's signing key, and the records made with it."""

    def __init__(self, name):
        self.name, self.serial, self.previous, self.former = name, 0, None, None
        self.public, self.secret = sodium.crypto_sign_keypair()

    @property
    def pair(self):
        return self.public, self.secret

    def change_key(self):
        self.former = self.secret
        self.public, self.secret = sodium.crypto_sign_keypair()

    def make(self):
        self.serial += 1
        line = compact({"imid": self.name, "serial": self.serial, "sign": b64(self.public), "seal": b64(sodium.crypto_box_keypair()[0]),
                        "not-before": moment(time.time() - 60), "not-after": moment(time.time() + DAY), "previous": self.previous,
                        "next": None, "suites": [1]})
        fingerprint = digest("IMMP1 key", line)
        signatures = [sign(fingerprint, self.secret)] + ([sign(fingerprint, self.former)] if self.former else [])
        self.previous, self.former = fingerprint.hex(), None
        return b"IMMP-KEY 1\n" + line + b"\n" + b"".join(b64(each).encode() + b"\n" for each in signatures)


def vouched_by(record, domain):
    """The last line of a user's record is the word of exactly this record of his domain."""
    *_, word, rest = record.split(b"\n")
    fingerprint, signature = word.decode().split(" ")
    value = digest("IMMP1 vouch", digest("IMMP1 key", record.split(b"\n")[1]))
    return rest == b"" and fingerprint == domain.fingerprint and holds(unb64(signature), value, unb64(domain.claims["sign"]))


class Keys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab("--a", "prosody", "--b", "ejabberd"))

    def log_in(self, name):
        side = self.lab.a if name in ("alice", "carol") else self.lab.b
        return self.enterContext(Mailer(side, name))

    def ask(self, mailer, owner):
        """Whose record it is, and the record."""
        header = expect(mailer.connection.ask(f"KEY REQUEST {owner}"), 220).last.text
        lines = expect(mailer.connection.answer(), 221).lines
        self.assertEqual(lines[-1].text, "")
        self.assertTrue(all(len(line.text) == 76 for line in lines[:-2]), "76 characters a line")
        record = unb64("".join(line.text for line in lines))
        fingerprint = digest("IMMP1 key", record.split(b"\n")[1]).hex()
        name = header.removeprefix("Public key for ").partition(" ")[0]
        self.assertEqual(header, f"Public key for {name} (fingerprint {fingerprint})")
        return name, record

    def history(self, mailer, owner):
        expect(mailer.connection.ask(f"KEY REQUEST {owner} +HISTORY"), 220)
        lines = expect(mailer.connection.answer(), 222).lines
        records = "\n".join(line.text for line in lines[:-1]).split("fingerprint ")[1:]
        self.assertEqual(lines[-1].text, f"n={len(records)}")
        return [unb64("".join(record.split("\n")[1:])) for record in records]

    def publish(self, mailer, record):
        mailer.connection.send(b"KEY PUBLISH\n" + Part("key", record, "application/immp-key").wire() + b"DONE\n")
        for code in (270, 271, 272):
            expect(mailer.connection.answer(), code)
        return mailer.connection.answer()

    def test_a_user_s_key_is_found_from_another_domain(self):
        alice, bob, dave = self.log_in("alice"), self.log_in("bob"), self.log_in("dave")
        name, text = self.ask(bob, self.lab.b["domain"])
        domain = Record.read(text, self.lab.b["domain"])
        self.assertEqual(name, self.lab.b["domain"])
        self.assertEqual(self.ask(alice, self.lab.b["domain"]), (name, text))
        self.assertEqual(self.history(alice, self.lab.b["domain"])[-1], text)

        # Who has none has his domain's, and so has who is nobody.
        for owner in (dave.address, f"nobody@{self.lab.b['domain']}"):
            for asker in (alice, bob):
                self.assertEqual(self.ask(asker, owner), (name, text))

        author = Author(bob.address)
        record = author.make()
        published = expect(self.publish(bob, record), 201)
        self.assertEqual(published.last.field("fingerprint"), author.previous)
        expect(self.publish(bob, record), 409)
        expect(self.publish(dave, author.make()), 403)
        for asker in (alice, bob, dave):
            owner, given = self.ask(asker, bob.address)
            self.assertEqual(owner, bob.address)
            self.assertTrue(given.startswith(record))
            self.assertTrue(vouched_by(given, domain))
        expect(self.publish(bob, author.make()), 201)
        author.change_key()
        expect(self.publish(bob, author.make()), 201)
        self.assertEqual(len(self.history(dave, bob.address)), 2)
        expect(self.publish(bob, Author(bob.address).make()), 412)
        self.assertEqual((alice.index(), bob.index()), ([], []), "no mailbox sees any of it")


if __name__ == "__main__":
    unittest.main()

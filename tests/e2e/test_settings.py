"""SET and BLOCK on the real daemon, by a client that compresses with Python's own modules."""

import bz2
import gzip
import json
import lzma
import os
import subprocess
import unittest

import edge_case
from alone import program
from edge_case import ALICE, MIB
from immp_client import Mailer, Part, expect, text_part

CODECS = {
    "GZIP": (gzip.compress, gzip.decompress),
    "BZIP2": (bz2.compress, bz2.decompress),
    "XZIP": (lzma.compress, lzma.decompress),
}
CAROL = "carol@a.example"


def text(octets):
    return b"".join(b"line %d\n" % (number * 7919 % 10007) for number in range(octets // 10))


class Settings(edge_case.EdgeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        made = cls.administer("account", "add", CAROL)
        cls.sides = {"carol": {**cls.as_side(), "accounts": {CAROL: made.stdout.strip()}}, "alice": cls.as_side()}

    @classmethod
    def administer(cls, *arguments):
        return subprocess.run([program(), *arguments, "-c", cls.alone.config], capture_output=True, text=True, timeout=60, check=True)

    def session(self, name="alice"):
        return self.enterContext(Mailer(self.sides[name], name))

    def send_to(self, recipient, subject, sender="alice"):
        with Mailer(self.sides[sender], sender) as mailer:
            return mailer.submit([recipient], subject, [text_part("hello")])

    def test_bodies_are_compressed_both_ways(self):
        film, letter = os.urandom(300_000), text(2 * MIB)
        for name, (compress, decompress) in CODECS.items():
            with self.subTest(codec=name):
                mailer = self.session()
                expect(mailer.connection.ask(f"SET COMPRESSION={name}"), 230)
                done = mailer.submit([ALICE], name, [Part("letter", compress(letter), "text/plain", content=True),
                                                     Part("film", compress(film)), Part("plain", b"as it is", base64=True)])
                expect(done, 275)
                identity = done.last.text.split(" ")[0]
                packed = mailer.fetch_part(identity, "letter")
                self.assertLess(len(packed), len(letter) // 2)
                self.assertEqual(decompress(packed), letter)
                self.assertEqual(decompress(mailer.fetch_part(identity, "film")), film)
                self.assertEqual(decompress(mailer.fetch_part(identity, "plain")), b"as it is")
                whole = json.loads(decompress(expect(mailer.connection.ask(f"FETCH /INBOX#{identity} +JSON"), 250).last.body))
                self.assertEqual(whole["envelope"]["id"], identity)
                # In a pipeline all pieces together are the stream.
                mailer.connection.send(f"AS p FETCH /INBOX#{identity} PART film\n")
                pieces = mailer.connection.answer().lines
                self.assertTrue(all(len(piece.body) <= 65_536 for piece in pieces))
                self.assertEqual(decompress(b"".join(piece.body for piece in pieces)), film)
                expect(mailer.connection.ask("SET COMPRESSION=NONE"), 230)
                self.assertEqual(mailer.fetch_part(identity, "letter"), letter)

    def test_bombs_are_refused_and_others_served(self):
        zeros = bytes(40 * MIB)
        for name, (compress, _) in CODECS.items():
            with self.subTest(codec=name):
                mailer = self.session()
                expect(mailer.connection.ask(f"SET COMPRESSION={name}"), 230)
                expect(mailer.connection.ask(f"DELIVER TO {ALICE}"), 270)
                mailer.connection.send(Part("bomb", compress(zeros)).wire())
                expect(mailer.connection.answer(), 271)
                expect(mailer.connection.answer(), 413)
                expect(mailer.connection.ask("NOOP"), 200)
                self.assert_served()
        self.assert_grown_within(48 * MIB)

    def test_settings_outlive_the_session(self):
        with Mailer(self.sides["carol"], "carol") as mailer:
            expect(mailer.connection.ask("SET GLOBAL LANGUAGE=de"), 230)
            expect(mailer.connection.ask("SET COMPRESSION=GZIP"), 230)
        with Mailer(self.sides["carol"], "carol") as mailer:
            self.assertEqual(expect(mailer.connection.ask("SET GLOBAL LANGUAGE"), 231).lines[0].text, "LANGUAGE=de")
            self.assertEqual(expect(mailer.connection.ask("SET COMPRESSION"), 231).lines[0].text, "COMPRESSION=NONE")
            expect(mailer.connection.ask("SET COLOUR=red"), 430)

    def test_vacation_answers_once(self):
        carol = self.session("carol")
        expect(carol.connection.ask('SET GLOBAL "VACATION=Back on Monday."'), 230)
        self.addCleanup(lambda: expect(carol.connection.ask("SET GLOBAL VACATION="), 230))
        expect(self.send_to(CAROL, "vacation one"), 275)
        expect(self.send_to(CAROL, "vacation two"), 275)
        answers = [message for message in self.alice.index() if message["subject"].startswith("Away:")]
        self.assertEqual([(message["from"], message["subject"]) for message in answers], [(CAROL, "Away: vacation one")])
        self.assertEqual(self.alice.fetch_part(answers[0]["_id"], "answer.txt"), b"Back on Monday.")

    def test_own_and_the_servers_blocks(self):
        carol = self.session("carol")
        expect(carol.connection.ask(f"BLOCK ADD {ALICE}"), 201)
        self.assertEqual(self.send_to(CAROL, "blocked").recipients(), {CAROL: 455})
        refused = expect(carol.connection.ask("BLOCK REFUSED"), 200)
        self.assertIn(f"{ALICE} 455 {ALICE}", refused.lines[0].text)
        expect(carol.connection.ask(f"BLOCK DROP {ALICE}"), 244)
        self.administer("block", "add", "*@A.example", "--action", "junk", "--reason", "a test")
        self.assertRegex(self.administer("block", "list").stdout, r"^\*@a\.example JUNK since \S+ \(a test\)\n$")
        expect(self.send_to(CAROL, "to junk"), 275)
        self.assertEqual([message["subject"] for message in carol.index("/JUNK")], ["to junk"])
        self.administer("block", "drop", "*@a.example")
        expect(self.send_to(CAROL, "welcome"), 275)
        self.assertIn("welcome", [message["subject"] for message in carol.index()])


class Rates(edge_case.EdgeCase):
    SETTINGS = {"limits_sender_recipients_per_hour": 3}

    def test_the_fourth_recipient_waits(self):
        for number in range(3):
            expect(self.alice.submit([ALICE], f"n{number}", [text_part("hello")]), 275)
        refused = expect(self.alice.submit([ALICE], "too many", [text_part("hello")]), 429)
        self.assertIn(int(refused.last.field("retry")), range(1, 1201))
        self.assertEqual(len(self.subjects()), 3)


if __name__ == "__main__":
    unittest.main()

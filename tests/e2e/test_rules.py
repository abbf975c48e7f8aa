"""RULE and text= on the real daemon, by the independent client and by immp."""

import os
import subprocess
import tempfile
import unittest

import edge_case
from alone import Alone, program
from edge_case import ALICE, DOMAIN
from immp_client import Mailer, Part, expect, text_part
from person import CommandFailed, Person
from rule_programs import Programs
from waiting import wait_until

CAROL = f"carol@{DOMAIN}"
SECONDS = 60


def add_account(alone, address):
    made = subprocess.run([program(), "account", "add", address, "-c", alone.config], capture_output=True, text=True, timeout=60, check=True)
    return made.stdout.strip()


class Rules(edge_case.EdgeCase):
    @classmethod
    def setUpClass(cls):
        cls.programs = Programs(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.SETTINGS = {"rules_programs": cls.programs.path, "rules_program_seconds": 10}
        super().setUpClass()
        cls.carol_side = {**cls.as_side(), "accounts": {CAROL: add_account(cls.alone, CAROL)}}

    def setUp(self):
        super().setUp()
        self.carol = self.enterContext(Mailer(self.carol_side, "carol"))
        self.addCleanup(self.drop_rules)

    def drop_rules(self):
        with Mailer(self.carol_side, "carol") as carol:
            for line in expect(carol.connection.ask("RULE LIST"), 200).lines[:-1]:
                expect(carol.connection.ask(f"RULE DROP {line.text.split(' ')[0]}"), 244)

    def rule(self, text):
        return expect(self.carol.connection.ask(f"RULE ADD {text}"), 201)

    def send(self, subject, parts=None):
        return self.alice.submit([CAROL], subject, parts or [text_part("hello")])

    def carols(self, path="/INBOX"):
        return [message["subject"] for message in self.carol.index(path)]

    def test_mail_is_filed_and_marked(self):
        expect(self.carol.connection.ask("MBOX CREATE /INBOX/lists"), 201)
        self.rule(f'lists FROM *@{DOMAIN} SUBJECT "BUILD" FILE /INBOX/lists +READ +FLAGGED')
        expect(self.send("build 17 failed"), 275)
        expect(self.send("no such word"), 275)
        [filed] = self.carol.index("/INBOX/lists")
        self.assertEqual((filed["subject"], filed["flags"]), ("build 17 failed", ["read", "flagged"]))
        self.assertNotIn("build 17 failed", self.carols())
        self.assertIn("no such word", self.carols())

    def test_a_rejection_is_452_with_its_reason(self):
        self.rule('no SUBJECT lottery REJECT "Not that again"')
        refused = self.send("The LOTTERY")
        self.assertEqual(refused.recipients(), {CAROL: 452})
        self.assertIn('reason="Not that again"', refused.lines[0].text)
        self.assertNotIn("The LOTTERY", self.carols())

    def test_mail_is_forwarded_here_and_a_loop_ends(self):
        self.rule(f"on FORWARD {ALICE}")
        expect(self.alice.connection.ask(f"RULE ADD back FORWARD {CAROL}"), 201)
        self.addCleanup(lambda: expect(self.alice.connection.ask("RULE DROP back"), 244))
        expect(self.send("round and round"), 275)
        [forwarded] = [message for message in self.alice.index() if message["subject"] == "round and round"]
        self.assertEqual(forwarded["from"], CAROL)
        envelope = self.alice.fetch_json(forwarded["_id"])["envelope"]
        self.assertEqual((envelope["from"], envelope["original-from"]), (CAROL, ALICE))
        self.assertIn(b"X-IMMP-Original-From:", self.alice.fetch_mime(forwarded["_id"]))
        self.assertEqual(self.carols().count("round and round"), 2)

    def test_mail_to_another_domain_is_in_the_outbox_with_the_answer(self):
        self.rule("away SUBJECT elsewhere FORWARD dave@far.example")
        expect(self.send("elsewhere"), 275)
        self.assertIn("dave@far.example", self.waiting())

    def test_a_program_gets_the_message_and_its_status_counts(self):
        self.programs.add("virus", f"cat > {self.programs.file('message')}; env > {self.programs.file('facts')}; exit 0")
        self.programs.add("never", "exit 1")
        self.rule("never RUN never REJECT no")
        self.rule("virus SUBJECT invoice RUN virus FILE /JUNK")
        expect(self.send("the invoice", [text_part("pay"), Part("x.bin", b"\0\1\n.\r\n", "application/octet-stream")]), 275)
        wait_until("the mail in JUNK", lambda: "the invoice" in self.carols("/JUNK"), SECONDS)
        self.assertIn("Subject: the invoice\n", self.programs.read("message").replace("\r\n", "\n"))
        self.assertIn(f"IMMP_FROM={ALICE}\n", self.programs.read("facts"))
        self.assertIn(f"IMMP_RECIPIENT={CAROL}\n", self.programs.read("facts"))
        self.assertNotIn("IMMP_COMPONENT_PORT", self.programs.read("facts"), "nothing of the daemon's own")

    def test_a_program_that_hangs_or_fails_holds_nobody_up_and_loses_nothing(self):
        self.programs.add("hangs", "sleep 1000 & sleep 1000")
        self.programs.add("fails", "kill -KILL $$")
        self.rule("hangs SUBJECT hangs RUN hangs REJECT no")
        self.rule("fails SUBJECT fails RUN fails REJECT no")
        for subject in ("hangs", "fails"):
            expect(self.send(subject), 275)
            self.assert_served()
        for subject in ("hangs", "fails"):
            wait_until(f"{subject!r} in INBOX", lambda subject=subject: subject in self.carols(), SECONDS)
        self.daemon.wait_for("rule program hangs: it took too long; its rule does not hold")
        self.daemon.wait_for("rule program fails: it was ended by signal 9; its rule does not hold")

    def test_a_rejection_behind_a_program_bounces(self):
        self.programs.add("spam", "grep -q lottery")
        self.rule('spam RUN spam REJECT "It smells"')
        expect(self.send("a ham"), 275)
        expect(self.send("a lottery"), 275)
        [bounced] = self.alice.wait_for(f"Undelivered: {CAROL}: a lottery", SECONDS)
        self.assertIn(b"It smells", self.alice.fetch_part(bounced["_id"], "notice.txt"))
        wait_until("the ham", lambda: "a ham" in self.carols(), SECONDS)
        self.assertNotIn("a lottery", self.carols())

    def test_only_programs_of_the_folder_can_be_named(self):
        for name, code in (("nothing", 404), ("../../bin/sh", 400), ("/bin/sh", 400), (".", 400), ('"sh -c x"', 400)):
            with self.subTest(name=name):
                expect(self.carol.connection.ask(f"RULE ADD x RUN {name} +STOP"), code)

    def test_words_find_messages(self):
        html = Part("text", "<p>Größe <b>XL</b> im Leuchtturm</p>".encode(), "text/html", content=True)
        picture = Part("logo", b"leuchtturmwort", "image/png")
        expect(self.send("Die Bestellung", [html, picture]), 275)
        for words, found in (("grösse", 0), ("GROSSE", 0), ("größe leuchtturm", 1), ("groẞe", 1), ("bestellung XL", 1),
                             (ALICE, 1), ("bestellung fehlt", 0), ("leuchtturmwort", 0), ("leucht", 0), ("NOT bestellung", 0),
                             ('\\"bestellung', 1), ("subject:bestellung", 0), ("best*", 0), ("-- bestellung", 1)):
            with self.subTest(words=words):
                answer = expect(self.carol.connection.ask(f'MBOX INDEX "/INBOX::text={words}" +JSON'), 250)
                subjects = [line.text for line in answer.lines[:-1] if "Die Bestellung" in line.text]
                self.assertEqual(len(subjects), found)
        last = expect(self.carol.connection.ask('MBOX CHECK "/INBOX::text=bestellung xl" +RECURSIVE'), 240).lines[0]
        self.assertEqual((last.field("u"), last.field("t")), ("1", "1"))

    def test_immp_adds_lists_drops_and_searches(self):
        with tempfile.TemporaryDirectory() as folder:
            carol = Person(self.carol_side, "carol", folder).log_in()
            carol.immp("rule", "add", "work", "--subject", "quarterly report", "--star")
            self.assertRegex(carol.immp("rule", "list").stdout, r"^work +subject has quarterly report  mark flagged\n$")
            expect(self.send("The report, quarterly"), 275)
            found = carol.immp("search", "report", "quarterly").stdout
            self.assertIn("The report, quarterly", found)
            self.assertEqual(carol.immp("search", "report", "yearly").stdout, "")
            carol.immp("rule", "drop", "work")
            self.assertEqual(carol.immp("rule", "list").stdout, "")
            with self.assertRaisesRegex(CommandFailed, "No rule of that name"):
                carol.immp("rule", "drop", "work")


class Kills(unittest.TestCase):
    """immpd dies while a program looks at a message."""

    def test_the_message_is_filed_by_its_rule_after_the_next_start(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        os.mkdir(os.path.join(folder, "alone"))
        alone = Alone(os.path.join(folder, "alone"))
        programs = Programs(os.path.join(folder, "programs"))
        programs.add("look", f"echo started >> {programs.file('started')}; exec sleep 1000")
        accounts = {address: add_account(alone, address) for address in (ALICE, CAROL)}
        keys = {"rules_programs": programs.path, "rules_program_seconds": 600}

        def sides(daemon):
            return {"domain": DOMAIN, "ca": alone.authority.certificate, "listener": daemon.addresses()[0], "accounts": accounts}

        with self.assertRaises(AssertionError), alone.start(**keys) as daemon:
            with Mailer(sides(daemon), "carol") as carol:
                expect(carol.connection.ask("RULE ADD look RUN look FILE /JUNK"), 201)
            with Mailer(sides(daemon), "alice") as alice:
                expect(alice.submit([CAROL], "in good hands", [text_part("hello")]), 275)
            wait_until("the program", lambda: programs.read("started"), SECONDS)
            os.kill(daemon.pid, 9)
        programs.add("look", "exit 0")
        with alone.start(**keys) as daemon, Mailer(sides(daemon), "carol") as carol:
            wait_until("the mail in JUNK", lambda: [m["subject"] for m in carol.index("/JUNK")] == ["in good hands"], SECONDS)
            self.assertEqual(carol.index(), [])


if __name__ == "__main__":
    unittest.main()

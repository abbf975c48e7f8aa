"""Shared mailboxes on real daemons: two members with rights and read states of their own, seats, mail in the shared name between
two domains, strangers, and rights that end under open sessions."""

import os
import subprocess
import tempfile
import threading
import unittest

from alone import DOMAIN, Alone, program
from harness import Lab
from immp_client import Mailer, expect, greet_tls, log_in, text_part
from person import CommandFailed, Person
from waiting import wait_until

PASSWORDS = {"alice": "correct horse", "carol": "battery staple", "erin": "tomato soup"}
DESK = f"helpdesk@{DOMAIN}"
NOBODY = "74d273d2-15c6-4420-81c1-1ae7edbcf3fe"
ROUNDS = 40
SECONDS = 60


class Desk(unittest.TestCase):
    """alice owns helpdesk@; carol has what a test gives her; erin is a stranger."""

    def setUp(self):
        self.alone = Alone(self.enterContext(tempfile.TemporaryDirectory()))
        for name, password in PASSWORDS.items():
            with open(self.alone.path("password"), "w", encoding="ascii") as file:
                file.write(password + "\n")
            self.administer("account", "add", f"{name}@{DOMAIN}", "--password-file", file.name)
        self.daemon = self.enterContext(self.alone.start())
        self.administer("mailbox", "add", DESK, "--owner", f"alice@{DOMAIN}")

    def administer(self, *arguments, status=0):
        ended, said = self.alone.run(*arguments, "-c", self.alone.config)
        self.assertEqual(ended, status, said)
        return said

    def session(self, name):
        connection = self.enterContext(greet_tls(self.daemon.addresses()[1], DOMAIN, self.alone.authority.certificate))
        log_in(connection, f"{name}@{DOMAIN}", PASSWORDS[name])
        return connection

    def give(self, rights, member="carol", place=DESK):
        return expect(self.session("alice").ask(f"MBOX SHARE {place} {member}@{DOMAIN} RIGHTS {rights}"), 200).last

    def send(self, subject, to=DESK, name="erin", sender=""):
        """DONE's answer."""
        session = self.session(name)
        line = f'DELIVER TO {to} SUBJECT "{subject}"' + (f" FROM {sender}" if sender else "") + "\n"
        session.send(line.encode() + text_part("hello\n").wire() + b"DONE\n")
        for code in (270, 271, 272):
            expect(session.answer(), code)
        return session.answer()

    @staticmethod
    def index(session, path=f"{DESK}/INBOX"):
        return [line.text for line in expect(session.ask(f"MBOX INDEX {path}"), 250).lines[:-1]]

    @staticmethod
    def counts(session, path=f"{DESK}/INBOX"):
        last = expect(session.ask(f"MBOX CHECK {path}"), 240).last
        return int(last.field("u")), int(last.field("t"))

    def test_two_members_read_each_for_himself(self):
        self.assertEqual(self.give("READ").text, f"carol@{DOMAIN} rights=READ seat=helpdesk/carol@{DOMAIN}")
        alice, carol = self.session("alice"), self.session("carol")
        watching = {}
        for name in ("alice", "carol"):
            watching[name] = self.session(name)
            watching[name].send(f"AS w MBOX WATCH {DESK}/INBOX\n")
            self.assertEqual(watching[name].reply_line().text, f"{DESK}/INBOX u=0 t=0")
        expect(self.send("printer"), 275)
        for name in ("alice", "carol"):
            self.assertEqual(watching[name].reply_line().text, f"{DESK}/INBOX u=1 t=1", name)
        uuid = self.index(carol)[0].split(" ")[0]
        expect(carol.ask(f"FETCH {DESK}/INBOX#{uuid}"), 251)
        self.assertEqual(watching["carol"].reply_line().text, f"{DESK}/INBOX u=0 t=1")
        self.assertEqual((self.counts(alice), self.counts(carol)), ((1, 1), (0, 1)))
        self.assertEqual([line.split(" ")[1] for line in self.index(alice) + self.index(carol)], ["-", "read"])
        self.assertEqual(self.index(carol, f"{DESK}/INBOX::unread"), [])
        expect(alice.ask(f"MBOX FLAG {DESK}/INBOX#{uuid} +FLAGGED"), 242)
        self.assertIn("read,flagged", self.index(carol)[0])
        expect(carol.ask(f"MBOX FLAG {DESK}/INBOX#{uuid} -FLAGGED"), 403)
        self.assertEqual([line.text for line in expect(carol.ask("MBOX SHARE"), 200).lines], [f"{DESK} rights=READ", "n=1"])

    def test_seats_tags_and_folders_of_ones_own(self):
        self.give("WRITE,SEND")
        alice, carol = self.session("alice"), self.session("carol")
        expect(carol.ask(f"MBOX CREATE {DESK}/INBOX/lists"), 201)
        expect(self.send("tag", f"helpdesk+lists@{DOMAIN}"), 275)
        expect(self.send("seat", f"helpdesk/carol@{DOMAIN}"), 275)
        expect(self.send("none", f"helpdesk/erin@{DOMAIN}"), 451)
        self.assertEqual(self.counts(alice, f"{DESK}/INBOX/lists"), (1, 1))
        self.assertEqual(self.counts(alice, f"{DESK}/SEATS/carol"), (1, 1))
        self.assertEqual(self.counts(carol, f"helpdesk/carol@{DOMAIN}/INBOX"), (1, 1))
        uuid = self.index(carol, f"{DESK}/SEATS/carol")[0].split(" ")[0]
        expect(carol.ask(f"MBOX MOVE {DESK}/SEATS/carol#{uuid} /INBOX"), 243)
        self.assertEqual(len(self.index(carol, "/INBOX")), 1)
        expect(carol.ask(f"MBOX COPY /INBOX#{uuid} {DESK}/INBOX"), 243)
        self.assertEqual(self.counts(alice), (1, 1))
        expect(alice.ask(f"MBOX SHARE /SENT carol@{DOMAIN} RIGHTS READ"), 200)
        self.assertEqual(self.counts(carol, f"alice@{DOMAIN}/SENT"), (0, 0))
        expect(carol.ask(f"MBOX CHECK alice@{DOMAIN}/INBOX"), 404)
        listed = [line.text.split(" ")[0] for line in expect(carol.ask(f"MBOX LIST alice@{DOMAIN}"), 240).lines]
        self.assertEqual(listed, [f"alice@{DOMAIN}/SENT"])

    def test_a_stranger_sees_nothing_and_not_even_whether_it_exists(self):
        expect(self.send("printer"), 275)
        uuid = self.index(self.session("alice"))[0].split(" ")[0]
        erin = self.session("erin")
        own = f"erin@{DOMAIN}"
        said = {}
        for owner in (DESK, f"nobody@{DOMAIN}", f"alice@{DOMAIN}", "helpdesk@other.example", f"helpdesk/alice@{DOMAIN}"):
            said[owner] = [erin.ask(line).last.text for line in (
                f"MBOX CHECK {owner}/INBOX +RECURSIVE", f"MBOX INDEX {owner}/INBOX", f"FETCH {owner}/INBOX#{uuid}",
                f"FETCH {owner}/INBOX#{uuid} +REMOVE", f"MBOX CREATE {owner}/x", f"MBOX RENAME {owner}/x {owner}/y",
                f"MBOX DROP {owner}/x", f"MBOX MOVE {owner}/INBOX#{uuid} /INBOX", f"MBOX COPY {owner}/INBOX#{uuid} /INBOX",
                f"MBOX COPY /INBOX#{NOBODY} {owner}/INBOX", f"MBOX FLAG {owner}/INBOX#{uuid} +READ",
                f"MBOX REMOVE {owner}/INBOX#{uuid}", f"AS w MBOX WATCH {owner}/INBOX", f"MBOX QUOTA {owner}", f"MBOX LIST {owner}", f"MBOX SHARE {owner}",
                f"MBOX SHARE {owner} {own} RIGHTS OWN", f"MBOX SHARE {owner} {own} RIGHTS NONE")]
            refused = self.send("x", f"carol@{DOMAIN}", "erin", owner)
            expect(refused, 403)
            said[owner].append(refused.last.text)
        for owner, texts in said.items():
            self.assertEqual(texts, said[DESK], owner)
            self.assertTrue(all(text.endswith("e=5.1.1") for text in texts[:-1]), texts)

    def test_rights_end_at_once_in_open_sessions(self):
        self.give("WRITE")
        expect(self.send("printer"), 275)
        carol, watcher = self.session("carol"), self.session("carol")
        uuid = self.index(carol)[0].split(" ")[0]
        watcher.send(f"AS w MBOX WATCH {DESK}/INBOX\n")
        self.assertEqual(watcher.reply_line().text, f"{DESK}/INBOX u=1 t=1")
        lease = expect(carol.ask(f"FETCH {DESK}/INBOX#{uuid} -READ +REMOVE"), 251).last.field("lease")
        self.assertEqual(watcher.reply_line().text, f"{DESK}/INBOX u=0 t=0")
        expect(self.session("alice").ask(f"MBOX SHARE {DESK} carol@{DOMAIN} RIGHTS NONE"), 244)
        ended = watcher.reply_line()
        self.assertEqual((ended.pipeline, ended.code), ("w", 404))
        expect(carol.ask(f"MBOX COMMIT {lease}"), 410)
        expect(carol.ask(f"MBOX CHECK {DESK}/INBOX"), 404)

    def test_rights_that_come_and_go_under_busy_sessions(self):
        """Each answer is one of someone with the right, or of someone without; what both sides count stays true."""
        for number in range(10):
            expect(self.send(f"message {number}"), 275)
        self.give("WRITE")
        uuids = [line.split(" ")[0] for line in self.index(self.session("alice"))]
        wrong, done = [], threading.Event()

        def work(session, others):
            at = 0
            while not done.is_set():
                uuid, at = uuids[at % len(uuids)], at + 1
                for line, good in ((f"MBOX FLAG {DESK}/INBOX#{uuid} +READ", 242), (f"MBOX CHECK {DESK}/INBOX", 240),
                                   (f"MBOX FLAG {DESK}/INBOX#{uuid} -READ", 242), (f"FETCH {DESK}/INBOX#{uuid} -READ", 251)):
                    code = session.ask(line).code
                    if code not in (good, *others):
                        wrong.append((line, code))

        workers = [threading.Thread(target=work, args=(self.session("carol"), (404,))),
                   threading.Thread(target=work, args=(self.session("carol"), (404,))),
                   threading.Thread(target=work, args=(self.session("alice"), ()))]
        for worker in workers:
            worker.start()
        owner = self.session("alice")
        try:
            for _ in range(ROUNDS):
                expect(owner.ask(f"MBOX SHARE {DESK} carol@{DOMAIN} RIGHTS NONE"), 244)
                expect(owner.ask(f"MBOX SHARE {DESK} carol@{DOMAIN} RIGHTS WRITE"), 200)
        finally:
            done.set()
            for worker in workers:
                worker.join(SECONDS)
        self.assertEqual(wrong, [])
        for name in ("alice", "carol"):
            session = self.session(name)
            unread = len(self.index(session, f"{DESK}/INBOX::unread"))
            self.assertEqual(self.counts(session), (unread, len(uuids)), name)

    def test_the_administrator_makes_lists_and_removes(self):
        self.administer("mailbox", "add", DESK, "--owner", f"alice@{DOMAIN}", status=65)
        self.administer("account", "add", DESK, status=65)
        self.administer("mailbox", "add", f"alice@{DOMAIN}", "--owner", f"carol@{DOMAIN}", status=65)
        self.administer("mailbox", "add", f"sales@{DOMAIN}", "--owner", f"nobody@{DOMAIN}", status=65)
        self.administer("mailbox", "add", f"sales@{DOMAIN}", "--owner", DESK, status=65)
        for address in (f"postmaster@{DOMAIN}", "desk@b.example", f"a+b@{DOMAIN}", f"a/b@{DOMAIN}"):
            self.administer("mailbox", "add", address, "--owner", f"alice@{DOMAIN}", status=65)
        self.administer("account", "remove", DESK, status=65)
        self.administer("mailbox", "remove", f"alice@{DOMAIN}", status=65)
        self.administer("account", "quota", DESK, "2000")
        expect(self.send("one"), 275)
        expect(self.send("two"), 441)
        self.assertIn("limit=2000", expect(self.session("alice").ask(f"MBOX QUOTA {DESK}"), 241).last.text)
        self.administer("mailbox", "owner", DESK, f"carol@{DOMAIN}")
        listed = subprocess.run([program(), "mailbox", "list", "-c", self.alone.config], capture_output=True, text=True, check=True)
        self.assertEqual(listed.stdout.splitlines(),
                         [DESK, f"  alice@{DOMAIN} READ,WRITE,SEND,OWN", f"  carol@{DOMAIN} READ,WRITE,SEND,OWN"])
        watcher = self.session("carol")
        watcher.send(f"AS w MBOX WATCH {DESK}/INBOX\n")
        self.assertEqual(watcher.reply_line().text, f"{DESK}/INBOX u=1 t=1")
        self.administer("mailbox", "remove", DESK)
        self.assertEqual(watcher.reply_line().code, 404)
        expect(self.session("alice").ask(f"MBOX CHECK {DESK}/INBOX"), 404)
        expect(self.send("three"), 451)

    def test_an_account_that_is_removed_has_no_rights(self):
        self.give("READ")
        carol = self.session("carol")
        carol.send(f"AS w MBOX WATCH {DESK}/INBOX\n")
        self.assertEqual(carol.reply_line().text, f"{DESK}/INBOX u=0 t=0")
        self.administer("account", "remove", f"carol@{DOMAIN}")
        # Her session ends; whether her watch is told before is a matter of which is looked at first.
        self.assertIn([reply.code for reply in carol.rest()], ([401], [404, 401]))
        with open(self.alone.path("password"), "w", encoding="ascii") as file:
            file.write(PASSWORDS["carol"] + "\n")
        self.administer("account", "add", f"carol@{DOMAIN}", "--password-file", file.name)
        expect(self.session("carol").ask(f"MBOX CHECK {DESK}/INBOX"), 404)

    def test_what_was_answered_is_there_after_a_restart(self):
        self.give("READ")
        expect(self.send("printer"), 275)
        carol = self.session("carol")
        expect(carol.ask(f"MBOX FLAG {DESK}/INBOX#{self.index(carol)[0].split(' ')[0]} +READ"), 242)
        self.daemon.__exit__(None, None, None)
        self.daemon = self.enterContext(self.alone.start())
        self.assertEqual((self.counts(self.session("carol")), self.counts(self.session("alice"))), ((0, 1), (1, 1)))


class Domains(unittest.TestCase):
    """The same between two domains, over real XMPP servers."""

    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab("--a", "prosody", "--b", "ejabberd"))
        subprocess.run([program(), "mailbox", "add", DESK, "--owner", f"alice@{DOMAIN}", "-c", cls.lab.a["config"]], check=True)

    def arrived(self, mailer, path, subject):
        def found():
            return [message for message in mailer.index(path) if message["subject"] == subject]
        return wait_until(f"{subject!r} in {path}", found, SECONDS)[0]

    def test_helpdesk_writes_to_another_domain_and_gets_the_answer(self):
        alice, carol = (self.enterContext(Mailer(self.lab.a, name)) for name in ("alice", "carol"))
        bob = self.enterContext(Mailer(self.lab.b, "bob"))
        expect(alice.connection.ask(f"MBOX SHARE {DESK} carol@{DOMAIN} RIGHTS SEND"), 200)
        line = f'DELIVER TO bob@b.example SUBJECT "Your printer" FROM {DESK}\n'
        carol.connection.send(line.encode() + text_part("On fire?").wire() + b"DONE\n")
        for code in (270, 271, 272):
            expect(carol.connection.answer(), code)
        expect(carol.connection.answer(), 273)
        there = bob.wait_for("Your printer")[0]
        self.assertEqual(there["from"], DESK)
        whole = expect(bob.connection.ask(f"FETCH /INBOX#{there['_id']} +JSON -READ"), 250).last.body
        self.assertNotIn(b"carol", whole)
        self.assertNotIn(b"carol", bob.fetch_mime(there["_id"]))
        expect(bob.submit([DESK], "Re: Your printer", [text_part("Yes")]), 273)
        for member in (alice, carol):
            answer = self.arrived(member, f"{DESK}/INBOX", "Re: Your printer")
            self.assertEqual((answer["from"], answer["flags"]), ("bob@b.example", []))
        sent = self.arrived(alice, f"{DESK}/SENT", "Your printer")
        envelope = alice.fetch_json(sent["_id"], f"{DESK}/SENT")["envelope"]
        self.assertEqual((envelope["from"], envelope["sender"]), (DESK, f"carol@{DOMAIN}"))

    def test_people_with_immp(self):
        with tempfile.TemporaryDirectory() as folder:
            alice, carol = (Person(self.lab.a, name, folder).log_in() for name in ("alice", "carol"))
            bob = Person(self.lab.b, "bob", folder).log_in()
            self.assertIn("helpdesk/carol@", alice.immp("share", "give", DESK, carol.address, "write,send").stdout)
            self.assertIn(DESK, carol.immp("share", "list").stdout)
            bob.send(f"helpdesk/carol@{DOMAIN}", "for carol", text="hello\n")
            seat = f"helpdesk/carol@{DOMAIN}/INBOX"
            wait_until("mail in the seat", lambda: "for carol" in carol.immp("ls", seat).stdout, SECONDS)
            identity = carol.immp("ls", seat).stdout.split(" ")[0]
            self.assertIn("hello", carol.immp("read", identity, "--folder", seat).stdout)
            self.assertIn(f"{DESK}/INBOX", carol.immp("mv", identity, DESK, "--folder", seat).stdout)
            carol.immp("send", bob.address, "-s", "from the desk", "--from", DESK, text="hello\n")
            self.assertEqual(bob.wait_for(1, "from the desk")[0]["from"], DESK)
            shown = alice.immp("ls", f"{DESK}/SENT").stdout.splitlines()
            identity = next(line for line in shown if "from the desk" in line).split(" ")[0]
            self.assertIn(f"Sender: {carol.address}", alice.immp("read", identity, "--folder", f"{DESK}/SENT").stdout)
            self.assertIn(f"{DESK}/INBOX", carol.immp("folder", "list", DESK).stdout)
            self.assertIn("uses", carol.immp("quota", DESK).stdout)
            alice.immp("share", "end", DESK, carol.address)
            with self.assertRaises(CommandFailed):
                carol.immp("ls", DESK)
            with self.assertRaises(CommandFailed):
                carol.immp("send", bob.address, "-s", "no more", "--from", DESK, text="hello\n")


if __name__ == "__main__":
    unittest.main()

"""A user's mailbox on a real daemon: folders, flags, TRASH, quotas, taking by lease, watching."""

import tempfile
import unittest

from alone import DOMAIN, Alone
from immp_client import expect, greet_tls, log_in, text_part

PASSWORDS = {"alice": "correct horse", "carol": "battery staple"}
OVERHEAD = 1024
TEXT = "hello\n"


class Mailbox(unittest.TestCase):
    def setUp(self):
        self.alone = Alone(self.enterContext(tempfile.TemporaryDirectory()))
        for name, password in PASSWORDS.items():
            with open(self.alone.path("password"), "w", encoding="ascii") as file:
                file.write(password + "\n")
            self.administer("add", f"{name}@{DOMAIN}", "--password-file", file.name)
        self.daemon = self.enterContext(self.alone.start())

    def administer(self, *arguments):
        status, said = self.alone.run("account", *arguments, "-c", self.alone.config)
        self.assertEqual(status, 0, said)

    def session(self, name="carol"):
        connection = self.enterContext(greet_tls(self.daemon.addresses()[1], DOMAIN, self.alone.authority.certificate))
        log_in(connection, f"{name}@{DOMAIN}", PASSWORDS[name])
        return connection

    def send(self, subject, to=f"carol@{DOMAIN}"):
        """From alice; DONE's answer."""
        alice = self.session("alice")
        alice.send(f'DELIVER TO {to} SUBJECT "{subject}"\n'.encode() + text_part(TEXT).wire() + b"DONE\n")
        for code in (270, 271, 272):
            expect(alice.answer(), code)
        return alice.answer()

    @staticmethod
    def index(session, path="/INBOX"):
        """Lines of `<uuid> <flags> ... "<subject>"`, newest first."""
        return [line.text for line in expect(session.ask(f"MBOX INDEX {path}"), 250).lines[:-1]]

    def test_messages_move_between_folders_and_go_through_trash(self):
        carol = self.session()
        self.assertEqual(expect(carol.ask("MBOX CREATE /INBOX/Lists"), 201).last.text, "/INBOX/Lists Created")
        expect(carol.ask("MBOX CREATE /inbox/LISTS"), 409)
        expect(self.send("tagged", f"carol+lists@{DOMAIN}"), 275)
        uuid, flags = self.index(carol, "/INBOX/lists")[0].split(" ")[:2]
        self.assertEqual(flags, "-")
        expect(carol.ask(f"MBOX FLAG /INBOX/Lists#{uuid} +FLAGGED"), 242)
        expect(carol.ask(f"MBOX COPY /INBOX/Lists#{uuid} /JUNK"), 243)
        self.assertEqual(expect(carol.ask("MBOX DROP /INBOX/Lists"), 244).last.field("to"), "/TRASH/Lists")
        self.assertEqual(expect(carol.ask(f"MBOX REMOVE /JUNK#{uuid}"), 244).last.field("to"), None)
        expect(carol.ask(f"MBOX MOVE /TRASH/Lists#{uuid} /INBOX"), 243)
        self.assertEqual(self.index(carol)[0].split(" ")[:2], [uuid, "flagged"])
        self.assertEqual(expect(carol.ask(f"MBOX REMOVE /INBOX#{uuid}"), 244).last.field("to"), "/TRASH")
        expect(carol.ask(f"MBOX REMOVE /TRASH#{uuid}"), 244)
        self.assertIn("used=0", expect(carol.ask("MBOX QUOTA"), 241).last.text)
        paths = [line.text.split(" ")[0] for line in expect(carol.ask("MBOX LIST"), 240).lines]
        self.assertEqual(paths, ["/DRAFTS", "/INBOX", "/JUNK", "/SENT", "/TRASH", "/TRASH/Lists"])

    def test_a_quota_set_by_the_administrator_holds_at_once(self):
        carol = self.session()
        self.administer("quota", f"carol@{DOMAIN}", str(OVERHEAD + len(TEXT)))
        expect(self.send("first"), 275)
        refused = expect(self.send("second"), 441)
        self.assertEqual(refused.last.field("retry"), "3600")
        quota = expect(carol.ask("MBOX QUOTA"), 241).last
        self.assertEqual((quota.field("used"), quota.field("limit")), (str(OVERHEAD + len(TEXT)),) * 2)
        self.administer("quota", f"carol@{DOMAIN}", "default")
        expect(self.send("third"), 275)
        self.assertEqual([line.split(" ")[-1] for line in self.index(carol)], ['"third"', '"first"'])
        for wrong in ("-1", "1k", "9999999999999999999"):
            status, said = self.alone.run("account", "quota", f"carol@{DOMAIN}", wrong, "-c", self.alone.config)
            self.assertEqual(status, 65, said)
            self.assertEqual(said.count("\n"), 1, said)

    def test_a_message_is_given_to_one_reader(self):
        first, second = self.session(), self.session()
        expect(self.send("task"), 275)
        uuid = self.index(first)[0].split(" ")[0]
        taken = expect(first.ask(f"FETCH /INBOX#{uuid} +REMOVE"), 251).last
        self.assertIn(b"task", taken.body)
        self.assertEqual(taken.field("ttl"), "300")
        expect(second.ask(f"FETCH /INBOX#{uuid} +REMOVE"), 404)
        self.assertEqual(self.index(second), [])
        expect(self.session("alice").ask(f"MBOX COMMIT {taken.field('lease')}"), 410)
        expect(first.ask(f"MBOX COMMIT {taken.field('lease')}"), 244)
        expect(second.ask(f"MBOX COMMIT {taken.field('lease')}"), 244)

    def test_a_watch_is_woken_by_commits_of_other_sessions(self):
        watcher, other = self.session(), self.session()
        watcher.send("AS w MBOX WATCH /inbox\n")
        self.assertEqual(watcher.reply_line().text, "/INBOX u=0 t=0")
        expect(self.send("news"), 275)
        line = watcher.reply_line()
        self.assertEqual((line.pipeline, line.code, line.more, line.text), ("w", 310, True, "/INBOX u=1 t=1"))
        uuid = self.index(other)[0].split(" ")[0]
        expect(other.ask(f"MBOX FLAG /INBOX#{uuid} +READ"), 242)
        self.assertEqual(watcher.reply_line().text, "/INBOX u=0 t=1")
        watcher.send("AS w NOOP\nQUIT\n")
        self.assertEqual([reply.text for reply in watcher.rest()], ["Watch ended", "OK", "Bye"])


if __name__ == "__main__":
    unittest.main()

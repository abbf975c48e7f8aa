"""PUSH between real servers: the draft's two scenarios, and what strangers, other domains and other people's tokens are told."""

import secrets
import subprocess
import threading
import time
import unittest

import nacl.bindings as sodium

import edge_case
from alone import program
from edge_case import ALICE, DOMAIN
from harness import Lab
from immp_armor import make_bundle, moment, push_item, read_receipt
from immp_client import Closed, Mailer, Part, expect, greet, log_in, push, text_part
from waiting import wait_until

SECONDS = 60
CONFIRM = [("Confirm", "https://b.example/confirm?n=7"), ("Not me", "https://b.example/deny?n=7")]
CAROL = f"carol@{DOMAIN}"
UUID = "0b7e2a4e-5a1c-4b7e-9d55-0123456789ab"


def mint(mailer, rest=""):
    return expect(mailer.connection.ask(f"PUSH MINT{rest}"), 201).last.field("token")


def sources(mailer):
    """source -> the rest of its line in PUSH LIST."""
    lines = expect(mailer.connection.ask("PUSH LIST"), 200).lines[:-1]
    return dict(line.text.split(" ", 1) for line in lines)


def pushes(mailer):
    """Those in /PUSH, newest first; none where it was not made yet."""
    if mailer.connection.ask("MBOX CHECK /PUSH").code == 404:
        return []
    return mailer.index("/PUSH")


class Watch:
    """A session that watches a folder: what it is told, in order."""

    def __init__(self, side, name, path):
        self._mailer = Mailer(side, name)
        self._mailer.connection.send(f"AS w MBOX WATCH {path}\n")
        self.told = [self.next()]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._mailer.connection.close()

    def next(self):
        """(unread, total) of the next line."""
        line = self._mailer.connection.reply_line()
        assert line.code == 310, line
        return int(line.field("u")), int(line.field("t"))

    def until(self, unread):
        while (told := self.next())[0] != unread:
            assert told[0] < unread, told
        return told


class Scenarios(unittest.TestCase):
    """Alice on Prosody, the website on ejabberd."""

    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab())

    def setUp(self):
        self.alice = self.enterContext(Mailer(self.lab.a, "alice"))
        self.website = self.enterContext(Mailer(self.lab.b, "bob"))
        # A name of its own for each test, so that none has approved another's.
        self.publisher = f"bob/signup-{self.id().rpartition('.')[2]}@b.example"

    def watched(self):
        mint(self.alice, " TTL 1")  # makes /PUSH
        return self.enterContext(Watch(self.lab.a, "alice", "/PUSH"))

    def confirm(self, identity):
        """Alice has read the push and says that it is she; the website sees it."""
        shown = self.alice.fetch_json(identity, "/PUSH")["envelope"]
        self.assertEqual((shown["kind"], shown["from"], shown["importance"]), ("push", self.publisher, "high"))
        self.assertEqual(shown["actions"], [{"label": label, "uri": uri} for label, uri in CONFIRM])
        expect(self.alice.connection.ask(f"PUSH ANSWER {identity} Maybe"), 404)
        expect(self.alice.connection.ask(f"PUSH ANSWER {identity} Confirm"), 265)
        expect(self.alice.connection.ask(f"PUSH ANSWER {identity} Confirm"), 409)

        def answered():
            for found in pushes(self.website):
                envelope = self.website.fetch_json(found["_id"], "/PUSH")["envelope"]
                if envelope.get("in-reply-to") == identity:
                    return found
            return None
        found = wait_until("the answer at the website", answered, SECONDS)
        self.assertEqual(found["from"], ALICE)
        self.assertEqual(self.website.fetch_part(found["_id"], "answer", "/PUSH"), b"Confirm")
        self.assertNotIn(ALICE, sources(self.website), "the answer was let in, and nothing else of hers")

    def test_a_website_confirms_an_address_by_a_token(self):
        watch = self.watched()
        before = watch.told[-1][0]
        token = mint(self.alice, f" FOR {self.publisher}")
        sent = self.website.push(ALICE, text_part("Is this your address?"), self.publisher, token=token, actions=CONFIRM,
                                 important=True)
        identity = expect(sent, 265).last.text.split(" ")[0]
        watch.until(before + 1)
        self.confirm(identity)
        # The token has served.
        expect(self.website.push(ALICE, text_part("And now this"), self.publisher, token=token), 265)
        wait_until("the second one waits", lambda: self.publisher in sources(self.alice), SECONDS)

    def test_a_website_confirms_an_address_that_approves_it_on_first_contact(self):
        watch = self.watched()
        before = watch.told[-1][0]
        inbox = self.alice.check()
        sent = self.website.push(ALICE, text_part("Is this \"your\" address?"), self.publisher, actions=CONFIRM, important=True)
        identity = expect(sent, 265).last.text.split(" ")[0]
        waiting = wait_until("it waits", lambda: sources(self.alice).get(self.publisher), SECONDS)
        self.assertRegex(waiting, r'^waiting pushes=1 newest=\S+Z text="Is this \\"your\\" address\?"$')
        self.assertEqual(self.alice.check(), inbox, "it notifies nobody")
        expect(self.alice.connection.ask(f"PUSH APPROVE {self.publisher}"), 200)
        watch.until(before + 1)
        self.confirm(identity)
        expect(self.website.push(ALICE, text_part("Welcome"), self.publisher), 265)
        watch.until(before + 1)  # the first one was read when it was answered
        expect(self.alice.connection.ask(f"PUSH BLOCK {self.publisher}"), 200)
        expect(self.website.push(ALICE, text_part("Buy this"), self.publisher), 265)
        expect(self.website.push(ALICE, text_part("Not blocked"), "bob@b.example"), 265)
        wait_until("what came behind it", lambda: "bob@b.example" in sources(self.alice), SECONDS)
        self.assertEqual(len([found for found in pushes(self.alice) if found["from"] == self.publisher]), 2)

    def test_a_nas_with_a_device_secret_reports_a_failed_disk(self):
        watch = self.watched()
        before = watch.told[-1][0]
        secret = expect(self.alice.connection.ask("DEVICE ADD nas"), 201).last.field("secret")
        publisher = "alice/nas@a.example"
        for _ in range(3):
            with greet(self.lab.a["listener"], DOMAIN, self.lab.a["ca"]) as nas:
                log_in(nas, ALICE, secret, "nas")
                expect(push(nas, ALICE, publisher, text_part("Disk 3 has failed"), important=True,
                            actions=[("Show", "https://nas.a.example/disks")]), 266)
        watch.until(before + 1)
        found, = [found for found in pushes(self.alice) if found["from"] == publisher]
        self.assertEqual(found["flags"], ["important"])
        self.assertEqual(self.alice.fetch_json(found["_id"], "/PUSH")["envelope"]["repeats"], 2)
        self.assertEqual(self.alice.fetch_part(found["_id"], "text", "/PUSH"), b"Disk 3 has failed")

    def test_a_nas_without_a_login_reports_a_failed_disk(self):
        token = mint(self.alice, " USES 3")
        for code in (266, 266, 266, 401):
            with greet(self.lab.a["listener"], DOMAIN, self.lab.a["ca"]) as nas:
                expect(push(nas, ALICE, "nas@home.example", text_part("Disk 4 has failed"), token=token), code)
        [shown] = [shown for shown in (self.alice.fetch_json(found["_id"], "/PUSH")["envelope"] for found in pushes(self.alice))
                   if shown.get("original-from") == "nas@home.example"]
        self.assertEqual((shown["from"], shown["repeats"]), (DOMAIN, 2))

    def test_a_daemon_that_dies_files_it_once(self):
        expect(self.alice.connection.ask(f"PUSH APPROVE {self.publisher}"), 200)
        identity = expect(self.website.push(ALICE, text_part("first"), self.publisher), 265).last.text.split(" ")[0]
        wait_until("the first", lambda: any(found["_id"] == identity for found in pushes(self.alice)), SECONDS)
        self.lab.kill("a", "immpd")
        texts = [f"while it was down {number}" for number in range(5)]
        for text in texts:
            expect(self.website.push(ALICE, text_part(text), self.publisher), 265)
        self.lab.kill("b", "immpd")
        for side in ("b", "a"):
            self.lab.start(side, "immpd")
        alice = self.enterContext(Mailer(self.lab.a, "alice"))
        wait_until("all of them", lambda: len([found for found in pushes(alice) if found["from"] == self.publisher]) >= 6, SECONDS)
        told = sorted(alice.fetch_part(found["_id"], "text", "/PUSH").decode() for found in pushes(alice)
                      if found["from"] == self.publisher)
        self.assertEqual(told, sorted(["first", *texts]))


class HostilePushes(edge_case.EdgeCase):
    """At immpd alone; carol has an account too, b.example is another domain."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        made = subprocess.run([program(), "account", "add", CAROL, "-c", cls.alone.config], capture_output=True, text=True, check=True)
        cls.carol = cls.enterClassContext(Mailer({**cls.as_side(), "accounts": {CAROL: made.stdout.strip()}}, "carol"))
        cls.b = cls.peer("b.example")

    def setUp(self):
        super().setUp()
        mint(self.alice, " TTL 1")  # makes /PUSH
        self.before = len(pushes(self.alice))

    def stranger(self):
        return self.enterContext(greet(self.plain, DOMAIN, self.alone.authority.certificate))

    def assert_nothing_came(self):
        self.assertEqual(len(pushes(self.alice)), self.before)

    # --- By sessions.

    def test_others_and_used_tokens_and_those_of_nobody(self):
        part = text_part("Let me in")
        used = mint(self.alice)
        expect(push(self.stranger(), ALICE, "nas@home.example", part, token=used), 266)
        self.before += 1
        wrong = {"used": used, "carol's": mint(self.carol), "another name's": mint(self.alice, f" FOR {CAROL}"),
                 "nobody's": secrets.token_urlsafe(32)}
        for whose, token in wrong.items():
            expect(push(self.stranger(), ALICE, "nas@home.example", part, token=token), 401)
            expect(push(self.stranger(), f"nobody@{DOMAIN}", "nas@home.example", part, token=token), 401)
            if whose != "another name's":
                expect(self.carol.push(ALICE, text_part(f"With {whose}"), f"carol/tokens@{DOMAIN}", token=token), 265)
        expect(push(self.stranger(), ALICE, "nas@home.example", part), 401)
        self.assert_nothing_came()

    def test_ten_wrong_tokens_end_the_session(self):
        stranger = self.stranger()
        for _ in range(9):
            expect(push(stranger, ALICE, "nas@home.example", text_part("x"), token=secrets.token_urlsafe(32)), 401)
        expect(push(stranger, ALICE, "nas@home.example", text_part("x"), token=secrets.token_urlsafe(32)), 401)
        self.assertEqual([line.code for line in stranger.rest()], [710])
        self.assert_nothing_came()

    def test_the_last_use_of_a_token_is_had_once(self):
        token = mint(self.alice)
        strangers = [self.stranger() for _ in range(8)]
        for number, stranger in enumerate(strangers):
            stranger.send(f"PUSH TO {ALICE} FROM nas@home.example TOKEN {token}\n".encode() + text_part(f"number {number}").wire())
            for code in (270, 271, 272):
                expect(stranger.answer(), code)
        start, codes = threading.Barrier(len(strangers)), []

        def race(stranger):
            start.wait()
            codes.append(stranger.ask("DONE").code)
        threads = [threading.Thread(target=race, args=(stranger,)) for stranger in strangers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(codes), [266] + [401] * 7)
        self.before += 1
        self.assert_nothing_came()

    def test_too_large_is_413_and_closed_before_any_token_is_known(self):
        stranger = self.stranger()
        stranger.send(f"PUSH TO {ALICE} FROM nas@home.example TOKEN {secrets.token_urlsafe(32)}\n")
        expect(stranger.answer(), 270)
        stranger.send("DATA x LENGTH 65537\n")
        self.assertEqual([line.code for line in stranger.rest()], [413])
        whole = Part("x", secrets.token_bytes(65_536))
        expect(push(self.stranger(), ALICE, "nas@home.example", whole, token=mint(self.alice)), 266)
        self.before += 1
        self.assert_nothing_came()

    def test_actions_of_no_form(self):
        for actions, code in (([("a", "javascript:alert(1)")], 400), ([("a", "https://bank.example@evil.example/")], 400),
                              ([("a", "http://b.example/")], 400), ([("a", "file:///etc/passwd")], 400),
                              ([("a", "https://b.example/" + "x" * 1_000)], 413), ([("x" * 65, "https://b.example/")], 413),
                              ([("", "https://b.example/")], 400), ([("a", "https://b.example/")] * 2, 400),
                              ([(str(number), "https://b.example/") for number in range(6)], 400)):
            with self.subTest(actions=str(actions)[:60]):
                expect(self.carol.push(ALICE, text_part("x"), actions=actions), code)
        self.assert_nothing_came()

    def test_names_that_are_not_ones_own(self):
        before = sources(self.alice)
        for name in (ALICE, f"alice/nas@{DOMAIN}", f"nobody@{DOMAIN}", "bob@b.example"):
            expect(self.carol.push(ALICE, text_part("x"), name), 403)
        self.assertEqual(sources(self.alice), before)
        self.assert_nothing_came()

    def test_a_flood_of_unapproved_pushes_is_bounded_and_tells_nobody(self):
        with Watch(self.as_side(), "alice", "/PUSH") as watch, Watch(self.as_side(), "alice", "/INBOX") as inbox:
            connection = self.carol.connection
            # Pipelined: 200 sources of 2 each, of the largest size.
            for number in range(400):
                connection.send(f"PUSH TO {ALICE} FROM carol/{number % 200}@{DOMAIN}\n".encode() +
                                Part("x", secrets.token_bytes(65_536)).wire() + b"DONE\n")
                self.assertEqual([answer.code for answer in connection.answers(4)], [270, 271, 272, 265])
            for number in range(8):
                expect(self.carol.push(ALICE, text_part(f"number {number}"), f"carol/many@{DOMAIN}"), 265)
            waiting = {name: rest for name, rest in sources(self.alice).items() if rest.startswith("waiting")}
            counts = [int(rest.split("pushes=")[1].split(" ")[0]) for rest in waiting.values()]
            self.assertEqual((sum(counts), counts.count(5)), (100, 1))
            self.assertTrue(waiting[f"carol/many@{DOMAIN}"].endswith('text="number 7"'))
            # The next line of each watch is what happens now, and nothing before it.
            expect(push(self.stranger(), ALICE, "nas@home.example", text_part("behind it"), token=mint(self.alice)), 266)
            self.assertEqual(watch.next()[1], watch.told[0][1] + 1)
            expect(self.carol.submit([ALICE], "behind it", [text_part("x")]), 275)
            self.assertEqual(inbox.next()[1], inbox.told[0][1] + 1)
        self.assert_served()
        self.assert_grown_within(64 * edge_case.MIB)

    def test_repetitions_that_waited_are_let_in_as_one(self):
        name = f"carol/{secrets.token_hex(4)}@{DOMAIN}"
        for _ in range(3):
            expect(self.carol.push(ALICE, text_part("Disk 3 has failed"), name), 265)
        expect(self.alice.connection.ask(f"PUSH APPROVE {name}"), 200)
        found, = [found for found in pushes(self.alice) if found["from"] == name]
        self.assertEqual(self.alice.fetch_json(found["_id"], "/PUSH")["envelope"]["repeats"], 2)
        self.assertRegex(sources(self.alice)[name], "^approved ")

    def test_what_is_forgotten_waits_again(self):
        name = f"carol/{secrets.token_hex(4)}@{DOMAIN}"
        expect(self.alice.connection.ask(f"PUSH FORGET {name}"), 404)
        for verb, code in (("APPROVE", 266), ("BLOCK", 265)):
            expect(self.alice.connection.ask(f"PUSH {verb} {name}"), 200)
            expect(self.carol.push(ALICE, text_part(verb), name), code)
            expect(self.alice.connection.ask(f"PUSH FORGET {name}"), 244)
            self.assertNotIn(name, sources(self.alice))
        expect(self.carol.push(ALICE, text_part("And now?"), name), 265)
        self.assertRegex(sources(self.alice)[name], '^waiting pushes=1 ')
        expect(self.alice.connection.ask(f"PUSH FORGET {name}"), 244)
        self.assertNotIn(name, sources(self.alice))

    def test_a_body_behind_a_refused_push_is_no_command(self):
        stranger = self.stranger()
        stranger.send(f"PUSH TO {ALICE} FROM nas@home.example\nDATA x LENGTH 5\nQUIT\n\nNOOP\n")
        self.assertEqual([answer.code for answer in stranger.answers(4)], [401, 405, 405, 200])

    def test_who_ends_in_the_middle_leaves_nothing(self):
        stranger = self.stranger()
        stranger.send(f"PUSH TO {ALICE} FROM nas@home.example TOKEN {mint(self.alice)}\nDATA x LENGTH 9\nDisk")
        expect(stranger.answer(), 270)
        expect(stranger.answer(), 271)
        stranger.close()
        with self.assertRaises((Closed, OSError, ValueError)):
            stranger.ask("NOOP")
        self.assert_nothing_came()

    # --- In bundles.

    def offer(self, item):
        """What the receipt says of the item's only recipient."""
        content_key = sodium.randombytes(32)
        bundle = make_bundle(self.b.identity, self.b.peer_key, item, content_key)
        answer = self.b.offer(bundle)
        self.assertIsNotNone(answer.receipt, answer)
        code, outcomes = read_receipt(answer.receipt, bundle, self.b.peer_key, content_key)
        self.assertEqual((code, len(outcomes)), (275, 1))
        return outcomes[0].split(" ", 2)[2]

    def bob(self, body=b"Hello", recipient=ALICE, sender="bob@b.example", **options):
        return self.offer(push_item(sender, [recipient], body, **options))

    def test_a_bundles_pushes_are_judged_each_by_its_form(self):
        for refused, options in (("452 e=5.7.1", {"sender": "bob@c.example"}), ("452 e=5.7.1", {"sender": ALICE}),
                                 ("452 e=5.7.1", {"sender": "b.example"}), ("452 e=5.7.1", {"sender": "bob+x@b.example"}),
                                 ("452 e=5.7.1", {"ttl": 32 * 86_400}),
                                 ("452 e=5.7.1", {"original-from": "bob@b.example"}),
                                 ("452 e=5.7.1", {"metadata": {"actions": [{"label": "a", "uri": "javascript:alert(1)"}]}}),
                                 ("452 e=5.7.1", {"metadata": {"actions": [{"label": str(n), "uri": "https://b.example/"}
                                                                           for n in range(6)]}}),
                                 ("452 e=5.7.1", {"metadata": {"actions": [{"label": "a", "uri": "https://b.example/"}] * 2}}),
                                 ("452 e=5.7.1", {"metadata": {"to": [ALICE]}}), ("452 e=5.7.1", {"metadata": {"sequence": 1}}),
                                 ("413 e=5.3.4", {"body": b"x" * 65_537}), ("410 e=5.4.7", {"ttl": -60})):
            with self.subTest(options=str(options)[:60]):
                self.assertEqual(self.bob(**options), refused)
        self.assert_nothing_came()

    def test_names_that_are_none_of_this_domain_are_refused(self):
        self.assertEqual(self.bob(recipient="alice@c.example"), "452 e=5.7.1")
        for name in ("Alice@a.example", f"{ALICE}/PUSH", f"{ALICE}#{UUID}"):
            with self.subTest(name=name):
                self.assertEqual(self.bob(recipient=name), "451 e=5.1.1")
        self.assert_nothing_came()

    def test_one_that_does_not_say_its_time_has_a_week(self):
        for said, days in (("265", 6), ("410 e=5.4.7", 8)):
            with self.subTest(days=days):
                self.assertEqual(self.bob(expires=None, date=moment(time.time() - days * 86_400)), said)

    def test_a_full_mailbox_tells_only_whom_it_let_in(self):
        name = f"bob/{secrets.token_hex(4)}@b.example"
        expect(self.alice.connection.ask(f"PUSH APPROVE {name}"), 200)
        self.quota("1")
        try:
            self.assertRegex(self.bob(sender=name), r"^441 retry=[1-9][0-9]* e=4\.2\.2$")
            self.assertEqual(self.bob(sender="bob/unknown@b.example"), "265")
        finally:
            self.quota("default")
        self.assert_nothing_came()
        self.assertEqual(self.bob(sender=name), "266")

    def quota(self, octets):
        subprocess.run([program(), "account", "quota", ALICE, octets, "-c", self.alone.config], capture_output=True, check=True)

    def test_a_receipt_tells_nobody_who_exists(self):
        name = f"bob/{secrets.token_hex(4)}@b.example"
        expect(self.alice.connection.ask("PUSH BLOCK bob/blocked@b.example"), 200)
        self.assertEqual([self.bob(sender=name), self.bob(sender=name, recipient=f"nobody@{DOMAIN}"),
                          self.bob(sender="bob/blocked@b.example")], ["265", "265", "265"])
        self.assert_nothing_came()
        expect(self.alice.connection.ask(f"PUSH APPROVE {name}"), 200)
        self.assertEqual(self.bob(b"again", sender=name), "266")

    def test_what_comes_twice_is_filed_once(self):
        name = f"bob/{secrets.token_hex(4)}@b.example"
        expect(self.alice.connection.ask(f"PUSH APPROVE {name}"), 200)
        item = push_item(name, [ALICE], b"Once", UUID)
        self.assertEqual([self.offer(item), self.offer(item)], ["266", "266"])
        self.assertEqual(self.offer(push_item(name, [ALICE], b"Other", UUID)), "452 e=5.7.1")
        found, = [found for found in pushes(self.alice) if found["from"] == name]
        self.assertNotIn("repeats", self.alice.fetch_json(found["_id"], "/PUSH")["envelope"])

    def test_a_token_in_a_bundle_serves_once(self):
        name, token = f"bob/{secrets.token_hex(4)}@b.example", mint(self.alice)
        self.assertEqual([self.bob(sender=name, token=token), self.bob(b"again", sender=name, token=token),
                          self.bob(b"third", sender=name, token=mint(self.carol))], ["266", "265", "265"])

    def test_an_answer_that_nobody_asked_for_is_not_let_in(self):
        name = f"bob/{secrets.token_hex(4)}@b.example"
        sent = expect(self.alice.push("bob@b.example", text_part("Yes or no?"), actions=CONFIRM), 265).last.text.split(" ")[0]
        for options in ({"sender": name, "metadata": {"in-reply-to": sent}},              # another account
                        {"metadata": {"in-reply-to": str(UUID)}},                         # another push
                        {"metadata": {"in-reply-to": sent}, "body": b"Perhaps"},          # no label of it
                        {"metadata": {"in-reply-to": sent}, "recipient": CAROL}):         # another's push
            self.assertEqual(self.bob(options.pop("body", b"Confirm"), **options), "265")
        self.assertEqual(self.bob(b"Confirm", metadata={"in-reply-to": sent}), "266")
        self.assertEqual(self.bob(b"Not me", metadata={"in-reply-to": sent}), "265", "once")


if __name__ == "__main__":
    unittest.main()

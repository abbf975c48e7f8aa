"""Passwords at a real daemon: renewed by `immp passwd` and by a client that shares no code with ours, and the draft's login where it is allowed."""

import base64
import hashlib
import hmac
import os
import subprocess
import tempfile
import unicodedata
import unittest

from nacl.bindings import crypto_pwhash_ALG_ARGON2ID13, crypto_pwhash_alg

from alone import DOMAIN, Alone, program
from immp_client import expect, greet, log_in

ALICE = f"alice@{DOMAIN}"


def stretched(password, challenge):
    fields = dict(item.split("=", 1) for item in challenge.split(" "))
    return fields, crypto_pwhash_alg(32, unicodedata.normalize("NFC", password).encode(), base64.b64decode(fields["salt"]),
                                     int(fields["t"]), int(fields["m"]) * 1024, crypto_pwhash_ALG_ARGON2ID13)


class Passwords(unittest.TestCase):
    def setUp(self):
        self.alone = Alone(self.enterContext(tempfile.TemporaryDirectory()))
        self.daemon = self.enterContext(self.alone.start())

    def add(self, *options):
        done = subprocess.run([program(), "account", "add", ALICE, *options, "-c", self.alone.config], capture_output=True,
                              text=True, check=True)
        return done.stdout.strip()

    def session(self):
        return self.enterContext(greet(self.daemon.addresses()[0], DOMAIN, self.alone.authority.certificate))

    def challenge(self, session, account=ALICE, device=""):
        session.send(f'AUTH SECRET {account} "{device}"\n' if device else f"AUTH SECRET {account}\n")
        expect(session.answer(), 302)
        text = expect(session.answer(), 303).last.text
        return text[text.index("n1="):]

    def draft_login(self, session, password):
        fields, h = stretched(password, self.challenge(session))
        return session.ask("AUTH RESPONSE " + hashlib.sha1((h.hex() + fields["n1"] + fields["n2"]).encode()).hexdigest())

    def keys(self, password, challenge):
        _, h = stretched(password, challenge)
        stored = hashlib.sha256(hmac.digest(h, b"Client Key", "sha256")).digest()
        return " ".join(base64.b64encode(key).decode() for key in (stored, hmac.digest(h, b"Server Key", "sha256")))

    def expect_login(self, password, device="", good=True):
        with greet(self.daemon.addresses()[0], DOMAIN, self.alone.authority.certificate) as session:
            if good:
                return log_in(session, ALICE, password, device)
            with self.assertRaisesRegex(AssertionError, "expected 210, got .*402"):
                log_in(session, ALICE, password, device)

    def test_renewed_by_another_client(self):
        old = self.add()
        first, second = self.session(), self.session()
        challenge = self.challenge(self.session())
        for session in (first, second):
            log_in(session, ALICE, old, "laptop")
        secret = expect(first.ask('DEVICE ADD "phone"'), 201).last.field("secret")
        expect(second.ask('DEVICE ADD "phone"'), 409)
        expect(second.ask('DEVICE ADD "laptop"'), 201)  # so far it was the password's
        expect(first.ask("AUTH RENEW " + self.keys("neues Paßwort", challenge)), 200)
        self.expect_login("neues Paßwort")
        self.expect_login(old, good=False)
        # Who was logged in stays so, but takes nothing back; devices with secrets of their own stay.
        expect(second.ask("MBOX CHECK /INBOX"), 240)
        expect(second.ask("AUTH RENEW " + self.keys(old, challenge)), 403)
        self.expect_login(secret, "phone")
        expect(first.ask("AUTH RENEW " + self.keys("another", challenge)), 200)
        self.expect_login("another", "tablet")
        with greet(self.daemon.addresses()[0], DOMAIN, self.alone.authority.certificate) as phone:
            log_in(phone, ALICE, secret, "phone")
            expect(phone.ask("AUTH RENEW " + self.keys("mine now", challenge)), 403)

    def assert_ends(self, session, why):
        self.assertEqual([(reply.code, reply.text) for reply in session.rest()], [(401, why)])

    def test_what_let_a_session_in_goes(self):
        """A revoked device and a removed account end their sessions at once, and no others."""
        password = self.add()
        keeper, phone = self.session(), self.session()
        log_in(keeper, ALICE, password, "laptop")
        secret = expect(keeper.ask('DEVICE ADD "phone"'), 201).last.field("secret")
        log_in(phone, ALICE, secret, "phone")
        phone.send("AS w MBOX WATCH /INBOX\n")
        expect(phone.reply_line(), 310)
        expect(keeper.ask('DEVICE REVOKE "phone"; DEVICE ADD "phone"'), 244)
        expect(keeper.answer(), 201)
        self.assert_ends(phone, "The device was revoked; log in again e=5.7.0")
        self.expect_login(secret, "phone", good=False)
        expect(keeper.ask("MBOX CHECK /INBOX"), 240)
        subprocess.run([program(), "account", "remove", ALICE, "-c", self.alone.config], check=True)
        self.assert_ends(keeper, "The account was removed e=5.7.0")
        again = self.session()
        log_in(again, ALICE, self.add(), "laptop")
        expect(again.ask("MBOX CHECK /INBOX"), 240)

    def passwd(self, address=ALICE, *options, text=""):
        return subprocess.run([program(), "account", "passwd", address, *options, "-c", self.alone.config], capture_output=True, input=text,
                              text=True, check=False)

    def test_the_administrator_gives_another(self):
        old = self.add("--allow-sha1")
        session = self.session()
        log_in(session, ALICE, old, "laptop")
        secret = expect(session.ask('DEVICE ADD "phone"'), 201).last.field("secret")
        made = self.passwd()
        self.assertEqual((made.returncode, made.stderr), (0, f"The password of {ALICE}, shown only now:\n"))
        self.expect_login(made.stdout.strip(), "laptop")
        self.expect_login(old, good=False)
        self.expect_login(secret, "phone")
        self.assertIn("k=scram-sha-256", self.challenge(self.session()))
        self.assertNotIn("sha1", self.challenge(self.session()))
        given = self.passwd(ALICE, "--password-file", "-", text="neues Paßwort\n")
        self.assertEqual((given.returncode, given.stdout + given.stderr), (0, ""))
        self.expect_login("neues Paßwort", "laptop")

    def test_the_administrator_gives_none_to_what_is_no_account(self):
        self.add()
        subprocess.run([program(), "mailbox", "add", f"desk@{DOMAIN}", "--owner", ALICE, "-c", self.alone.config], check=True)
        for address, why in ((f"nobody@{DOMAIN}", "is no account here"), (f"desk@{DOMAIN}", "is a shared mailbox"), ("x@b.example", "not of")):
            refused = self.passwd(address)
            self.assertNotEqual(refused.returncode, 0)
            self.assertEqual(refused.stdout, "")
            self.assertIn(why, refused.stderr)

    def machine(self):
        """A machine of hers: what `immp` does there, as its status and its words; and the folder."""
        home = self.enterContext(tempfile.TemporaryDirectory())

        def immp(*arguments, text=""):
            done = subprocess.run([os.path.join(os.environ["IMMP_BIN"], "immp"), *arguments], input=text, cwd=home, capture_output=True,
                                  env={"PATH": "/usr/bin:/bin", "IMMP_HOME": home, "LANG": "C.UTF-8"}, text=True, check=False)
            return done.returncode, done.stdout + done.stderr

        return immp, home

    def where(self):
        return ["--server", self.daemon.addresses()[0], "--ca", self.alone.authority.certificate, "--password-file", "-"]

    def test_a_device_is_put_out_by_no_other(self):
        password = self.add()
        (laptop, home), (other, _) = self.machine(), self.machine()
        login = ["login", ALICE, *self.where(), "--device", "laptop"]
        self.assertEqual(laptop(*login, text=password)[0], 0)
        status, said = other(*login, text=password)
        self.assertEqual(status, 65, said)
        self.assertRegex(said, r'\A[^\n]*another device is logged in as "laptop"; .* --device.* immp device revoke "laptop"\n\Z')
        self.assertEqual(other("ls")[0], 78, "nothing was stored there")
        self.assertEqual(laptop("ls")[0], 0, "nothing was ended here")
        with open(os.path.join(home, "credentials"), encoding="utf-8") as file:
            before = file.read()
        self.assertEqual(laptop(*login, text=password)[0], 0, "it is this device's own name")
        with open(os.path.join(home, "credentials"), encoding="utf-8") as file:
            self.assertEqual(file.read(), before)
        self.assertEqual(laptop("device", "add", "laptop")[0], 65)
        self.assertEqual(laptop("ls")[0], 0)
        # What the line tells to do: another name, and the end of the first login.
        self.assertEqual(other(*login[:-1], "desktop", text=password)[0], 0)
        self.assertEqual(other("device", "revoke", "laptop")[0], 0)
        self.assertEqual(laptop("ls")[0], 77)
        self.assertEqual(other(*login, text=password)[0], 0)
        self.assertEqual([line.split("  ")[0] for line in other("device", "list")[1].splitlines()], ["laptop"], "desktop's is ended")
        self.assertEqual(laptop(*login, text=password)[0], 65, "the secret that it holds is no longer the one of this name")
        self.assertEqual(other("ls")[0], 0)

    def test_immp_passwd(self):
        old = self.add()
        immp, home = self.machine()
        self.assertEqual(immp("login", ALICE, *self.where(), text=old)[0], 0)
        with open(os.path.join(home, "new"), "w", encoding="utf-8") as file:
            file.write("a better one\n")
        self.assertEqual(immp("passwd", "--password-file", "-", "--new-password-file", "new", text="wrong")[0], 77)
        status, said = immp("passwd", "--password-file", "-", "--new-password-file", "new", text=old)
        self.assertEqual(status, 0, said)
        self.assertIn("is changed", said)
        self.assertEqual(immp("ls")[0], 0, "this device has a secret of its own")
        self.expect_login("a better one")
        self.expect_login(old, good=False)

    def test_the_draft_s_login_is_for_accounts_that_allow_it(self):
        session = self.session()
        self.assertTrue(self.challenge(session, f"nobody@{DOMAIN}").endswith(" k=scram-sha-256"))
        password = self.add("--allow-sha1")
        self.assertTrue(self.challenge(session).endswith(" k=scram-sha-256,sha1"))
        # The only setting in use is what nobody shows, too.
        self.assertTrue(self.challenge(session, f"nobody@{DOMAIN}").endswith(" k=scram-sha-256,sha1"))
        expect(self.draft_login(session, "wrong"), 402)
        accepted = expect(self.draft_login(session, password), 210)
        self.assertIsNone(accepted.last.field("v"))
        self.expect_login(password)
        expect(session.ask("AUTH RENEW " + self.keys("new", self.challenge(self.session()))), 200)
        again = self.session()
        self.assertTrue(self.challenge(again).endswith(" k=scram-sha-256"))
        expect(self.draft_login(again, "new"), 402)
        self.expect_login("new")


if __name__ == "__main__":
    unittest.main()

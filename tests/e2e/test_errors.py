"""What goes wrong at a real daemon: each mistake by its name, as its administrator or another client sees it."""

import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import unittest

from alone import DOMAIN, Alone, program
from harness import Lab
from immp_client import Part, expect, greet, greet_tls, log_in
from ports import LOOPBACK

ALICE = f"alice@{DOMAIN}"


class Daemon(unittest.TestCase):
    """How an immpd that cannot run ends: one line that says what and how to mend it, and an exit status."""

    def setUp(self):
        self.alone = Alone(self.enterContext(tempfile.TemporaryDirectory()))

    def expect_end(self, status, *words, **keys):
        ended, said = self.alone.run("run", "-c", self.alone.config, **keys)
        self.assertEqual(ended, status, said)
        lines = [line for line in said.splitlines() if " error " in line]
        self.assertEqual(len(lines), 1, said)
        for word in words:
            self.assertIn(word, lines[0])

    def unreadable(self, name):
        """A file that not even root can open: a link to itself."""
        path = self.alone.path(name)
        os.symlink(path, path)
        return path

    def test_port_in_use(self):
        with socket.create_server((LOOPBACK, 0)) as taken:
            port = taken.getsockname()[1]
            self.expect_end(70, f"cannot listen on {LOOPBACK}:{port}", "the port is in use", "or choose another port",
                            listener_port=port)

    def test_address_of_another_machine(self):
        self.expect_end(70, "cannot listen on 192.0.2.1", "not of this machine", listener_address="192.0.2.1")

    def test_unreadable_certificate(self):
        self.expect_end(78, "IMMP_LISTENER_CERTIFICATE: cannot read the certificate", "make the file readable",
                        listener_certificate=self.unreadable("cert.pem"))

    def test_unreadable_key(self):
        self.expect_end(78, "IMMP_LISTENER_KEY: cannot read the private key", "make the file readable",
                        listener_key=self.unreadable("key.pem"))

    def test_certificate_that_is_not_there(self):
        os.remove(self.alone.path("tls", "cert.pem"))
        self.expect_end(78, "immpd.toml:7: listener.certificate: cannot read the certificate", "No such file")

    def test_certificate_of_another_domain(self):
        self.alone.renew("b.example")
        self.expect_end(78, "immpd.toml:7: listener.certificate:", f"does not name {DOMAIN}")

    def test_key_of_another_certificate(self):
        shutil.copy(self.alone.path("ca", "ca.key"), self.alone.path("tls", "key.pem"))
        self.expect_end(78, "immpd.toml:8: listener.key:", "does not belong to the certificate")

    def test_unwritable_store(self):
        self.expect_end(74, "immpd.toml/immp.db: Not a directory", "see [store] directory", store_directory=self.alone.config)
        self.expect_end(74, "/proc/immp:", "see [store] directory", store_directory="/proc/immp")

    def test_store_that_is_no_database(self):
        os.makedirs(self.alone.path("store"))
        with open(self.alone.path("store", "immp.db"), "wb") as file:
            file.write(b"no database, whatever its name says" * 100)
        self.expect_end(74, "immp.db: ", "file is not a database")

    def test_another_daemon_on_the_store(self):
        with self.alone.start():
            self.expect_end(70, "another immpd runs on", "stop it first")

    def test_configuration_mistakes_name_file_line_and_key(self):
        with open(self.alone.config, encoding="ascii") as file:
            good = file.read().splitlines()
        for number, line, said in ((1, 'domain = "xn--a"', "domain: is no domain"),
                                   (3, 'address = "localhost"', "listener.address:"),
                                   (4, "port = 70000", "listener.port: must be from"),
                                   (4, "prot = 1025", "listener.prot: is no key"),
                                   (4, "port 1025", "listener.port:"),
                                   (7, 'certificate = "none.pem"', "listener.certificate: cannot read"),
                                   (10, 'jid = "immp@a.example"', "component.jid:"),
                                   (12, 'secret_file = "none"', "component.secret_file: cannot read")):
            with self.subTest(line), open(self.alone.path("bad.toml"), "w", encoding="ascii") as file:
                file.write("\n".join(good[:number - 1] + [line] + good[number:]) + "\n")
                file.flush()
                status, output = self.alone.run("check", "bad.toml")
                self.assertEqual(status, 78, output)
                self.assertTrue(output.startswith(f"immpd: bad.toml:{number}: {said}"), output)
                self.assertEqual(output.count("\n"), 1, output)

    def test_usage_is_one_line(self):
        for arguments in ((), ("frob",), ("account", "add"), ("check", "a", "b")):
            status, output = self.alone.run(*arguments)
            self.assertEqual((status, output.count("\n")), (64, 1), output)
            self.assertTrue(output.startswith("immpd: ") and output.endswith("see immpd --help\n"), output)

    def test_addresses_that_are_no_accounts(self):
        for address, why in (("bob", "no address"), ("bob@b.example", "not of a.example"), ("bob+x@a.example", "holds one of"),
                             ("Postmaster@a.example", "reserved")):
            status, output = self.alone.run("account", "add", address, "-c", self.alone.config)
            self.assertEqual(status, 65, output)
            self.assertIn(why, output)

    def certificate(self, daemon):
        context = ssl.create_default_context(cafile=self.alone.authority.certificate)
        host, port = daemon.addresses()[1].rsplit(":", 1)
        with context.wrap_socket(socket.create_connection((host, int(port)), 10), server_hostname=DOMAIN) as tls:
            return tls.getpeercert()["serialNumber"]

    def test_broken_certificate_leaves_the_old_one_in_use_until_it_is_mended(self):
        with self.alone.start() as daemon:
            before = self.certificate(daemon)
            with open(self.alone.path("tls", "cert.pem"), "w", encoding="ascii") as file:
                file.write("nothing")
            daemon.hang_up()
            daemon.wait_for("the certificate loaded before stays in use")
            self.assertEqual(self.certificate(daemon), before)
            self.alone.renew()
            daemon.hang_up()
            daemon.wait_for("certificate loaded from")
            self.assertNotEqual(self.certificate(daemon), before)


class Client(unittest.TestCase):
    """What another client is told."""

    def setUp(self):
        self.alone = Alone(self.enterContext(tempfile.TemporaryDirectory()))
        done = subprocess.run([program(), "account", "add", ALICE, "-c", self.alone.config], capture_output=True, text=True,
                              check=True)
        self.secret = done.stdout.strip()

    def session(self, secret=None, **keys):
        daemon = self.enterContext(self.alone.start(**keys))
        connection = self.enterContext(greet_tls(daemon.addresses()[1], DOMAIN, self.alone.authority.certificate))
        if secret:
            log_in(connection, ALICE, secret)
        return connection

    def test_malformed_lines(self):
        session = self.session(self.secret)
        for line, code in ((b"NO\0OP", 415), (b"NO\rOP", 415), (b"NOOP \xff", 415), (b"x" * 8193, 414), (b'"NOOP"', 400),
                           (b'NOOP "a', 400), (b'NOOP "\\n"', 400), (b"FROB", 400), (b"NOOP +X", 406), (b";".join([b"NOOP"] * 17), 400),
                           (b"QUIT; NOOP", 400)):
            session.send(line + b"\nNOOP\n")
            self.assertEqual([answer.code for answer in session.answers(2)], [code, 200], line[:40])

    def test_wrong_order(self):
        daemon = self.enterContext(self.alone.start())
        with greet(daemon.addresses()[0], DOMAIN, self.alone.authority.certificate) as session:
            expect(session.ask("MBOX CHECK /INBOX"), 401)
            expect(session.ask("UPGRADE TLS3"), 405)
            expect(session.ask("AUTH RESPONSE SCRAM AA== NONCE AA=="), 405)
            log_in(session, ALICE, self.secret)
            for command in ("DONE", "ABORT", "DELIVER ADD bob@b.example", f"AUTH SECRET {ALICE}"):
                expect(session.ask(command), 405)

    def test_wrong_secret(self):
        session = self.session()
        for account in (ALICE, f"nobody@{DOMAIN}"):
            with self.assertRaisesRegex(AssertionError, "expected 210, got .*402"):
                log_in(session, account, "wrong")

    def test_oversized_part(self):
        session = self.session(self.secret, limits_message_bytes=2000)
        expect(session.ask(f"DELIVER TO {ALICE}"), 270)
        session.send("DATA a LENGTH 2001\n")
        self.assertEqual([line.code for line in session.rest()], [413])

    def test_bad_base64(self):
        session = self.session(self.secret)
        expect(session.ask(f"DELIVER TO {ALICE}"), 270)
        for body in (b"aGVs\n\nbG8=", b"aG Vs", b"aGVsbG8", b"aGVsbG8=\nAAAA", b"aGVsbG9="):
            session.send(b"DATA a +BASE64\n" + body + b"\n\n\n")
            self.assertEqual([answer.code for answer in session.answers(2)], [271, 415], body)
        expect(session.ask("DONE"), 400)

    def test_limits_of_the_configuration_are_those_of_the_sessions(self):
        session = self.session(self.secret, limits_parts=1, limits_recipients=1, limits_pipelines=1, limits_index_entries=1)
        expect(session.ask(f"DELIVER TO {ALICE},bob@b.example"), 413)
        expect(session.ask(f"AS x DELIVER TO {ALICE}"), 270)
        expect(session.ask("AS y NOOP"), 429)
        expect(session.ask("AS x ABORT"), 276)
        for number in "12":
            session.send(f"DELIVER TO {ALICE}\n".encode() + Part("text", number.encode(), "text/plain", True).wire())
            self.assertEqual([answer.code for answer in session.answers(3)], [270, 271, 272])
            session.send(Part("more", b"x").wire())
            self.assertEqual([answer.code for answer in session.answers(2)], [413, 413])
            expect(session.ask("ABORT"), 276)
            session.send(f"DELIVER TO {ALICE}\n".encode() + Part("text", number.encode(), "text/plain", True).wire() + b"DONE\n")
            self.assertEqual([answer.code for answer in session.answers(4)], [270, 271, 272, 275])
        page = expect(session.ask("MBOX INDEX /INBOX"), 250)
        self.assertEqual((page.last.field("n"), bool(page.last.field("next"))), ("1", True))

    def test_too_many_errors_before_the_login(self):
        session = self.session(limits_errors_before_login=2)
        session.send("FROB\nFROB\nNOOP\n")
        self.assertEqual([line.code for line in session.rest()], [400, 400, 710])

    def test_silence_before_the_login(self):
        session = self.session(limits_idle_seconds_before_login=1)
        self.assertEqual([line.code for line in session.rest()], [408])

    def test_a_login_that_never_comes(self):
        session = self.session(limits_login_seconds=1)
        self.assertEqual([line.code for line in session.rest()], [408])


class ComponentSecret(unittest.TestCase):
    """What a real XMPP server makes of a wrong secret, and that it is mended by setting the right one."""

    def test_refused_component_secret(self):
        lab = self.enterContext(Lab("--a", "prosody", "--b", "ejabberd", "--no-immpd"))
        for side in (lab.a, lab.b):
            with self.subTest(side["xmpp"]["kind"]):
                alone = Alone(self.enterContext(tempfile.TemporaryDirectory()))
                alone.renew(side["domain"])
                host, port = side["component"]["address"].rsplit(":", 1)
                keys = {"domain": side["domain"], "component_address": host, "component_port": port,
                        "component_jid": side["component"]["jid"]}
                with alone.start(component_secret="wrong", **keys) as daemon:
                    daemon.wait_for("link: the XMPP server refused the component secret")
                    self.assertIn("[component] secret must equal", daemon.log())
                with alone.start(component_secret=side["component"]["secret"], **keys) as daemon:
                    daemon.wait_for("link: online as")


if __name__ == "__main__":
    unittest.main()

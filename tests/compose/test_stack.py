"""docker-compose.yml on a real engine, as a stranger would use it, and what happens to containers in the world."""

import os
import re
import tempfile
import time
import unittest

from stack import BASE_IMAGE, COMPOSE, IMAGES, ROOT, SERVERS, Stack, docker, inspect, run
from waiting import wait_until

MIB = 1 << 20
SHARE = 3 * MIB  # of a transfer, before the accident
MAX_ABOVE_BASE = 40_000_000  # octets of immpd's image
ALICE, BOB = "alice@a.example", "bob@b.example"
LARGE = {ALICE: 24 * MIB, BOB: 64 * MIB}  # ten seconds at stock Prosody, five at ejabberd
EVENT_SECONDS = 120
USERS = {"authority": 10000, "immpd-a": 10001, "immpd-b": 10001, "prosody": 10002, "ejabberd": 10003}


def say(text):
    print(f"-- {text}", flush=True)


class OnStack(unittest.TestCase):
    """All tests share one stack, and leave it as they found it."""

    stack = None

    @classmethod
    def setUpClass(cls):
        if OnStack.stack is None:
            began = time.monotonic()
            OnStack.stack = unittest.enterModuleContext(Stack())
            say(f"images are built and the stack is healthy after {time.monotonic() - began:.0f} s")

    def check_mail(self, subject):
        for sender, reader in ((ALICE, BOB), (BOB, ALICE)):
            self.stack.receive(reader, f"{subject} from {sender}", sender,
                               self.stack.send(sender, reader, f"{subject} from {sender}", 100_000))


class Stranger(OnStack):
    """What README.md promises."""

    def test_test_service(self):
        done = self.stack.compose("run", "--rm", "test")
        say("docker-compose run --rm test")
        print(done.stdout, flush=True)
        for words in (f"{ALICE} writes to {BOB}", f"{BOB} has it, once, and the attachment octet by octet",
                      f"{ALICE} has it, once, and the attachment octet by octet", "== Done in"):
            self.assertIn(words, done.stdout)

    def test_test_service_fails_where_mail_does_not_cross(self):
        done = self.stack.compose("run", "--rm", "--no-deps", "-e", "IMMP_PEOPLE=/nowhere", "test", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("try-mail: FAILED: cannot read the password of alice@a.example from /nowhere", done.stderr + done.stdout)

    def test_sizes(self):
        base = inspect("image", BASE_IMAGE)["Size"]
        say(f"{BASE_IMAGE:24} {base / 1e6:6.1f} MB")
        sizes = {image: inspect("image", image)["Size"] for image in (*IMAGES.values(), "immp-test")}
        for image, size in sizes.items():
            say(f"{image:24} {size / 1e6:6.1f} MB, {(size - base) / 1e6:5.1f} above its base")
        self.assertGreater(sizes["immpd"], base)
        self.assertLessEqual(sizes["immpd"] - base, MAX_ABOVE_BASE)

    def test_images_hold_no_secrets(self):
        find = "find / -xdev -type f -size -64k \\( -path '/etc/*' -o -path '/var/*' -o -path '/usr/local/*' -o -path '/run/*' \\)"
        for image in (*IMAGES.values(), "immp-test"):
            found = docker("run", "--rm", "--user", "0", "--entrypoint", "sh", image, "-c",
                           f"{find} -exec grep -lE 'BEGIN ([A-Z]+ )?PRIVATE KEY' {{}} + ; {find} -name '*secret' ; true").stdout
            self.assertEqual(found, "", image)
            self.assertNotIn("SECRET=", "".join(inspect("image", image)["Config"]["Env"] or []))

    def test_containers_are_shut_in(self):
        for service, user in USERS.items():
            container = inspect("container", self.stack.container(service))
            host = container["HostConfig"]
            self.assertTrue(host["ReadonlyRootfs"], service)
            self.assertEqual(host["CapDrop"], ["ALL"], service)
            self.assertFalse(host["Privileged"] or host["CapAdd"], service)
            self.assertTrue(all(mount["Type"] == "volume" and mount["Name"].startswith(self.stack.project)
                                for mount in container["Mounts"]), container["Mounts"])
            if service == "authority":
                self.assertEqual((self.stack.state(service)["ExitCode"], container["HostConfig"]["NetworkMode"]), (0, "none"))
                continue
            self.assertEqual(self.stack.inside(service, "id", "-u").stdout.strip(), str(user))
            self.assertEqual(self.stack.inside(service, "sed", "-n", "s/^CapEff:.//p", "/proc/1/status").stdout.strip(), "0" * 16)
            self.assertIn("Read-only file system", self.stack.inside(service, "touch", "/etc/x", check=False).stderr)
            self.assertIn("Read-only file system",
                          self.stack.inside(service, "touch", "/etc/immp/secrets/x", check=False).stderr)

    def test_domains_meet_in_the_federation_only(self):
        networks = {service: sorted(name.removeprefix(self.stack.project + "_") for name in inspect(
            "container", self.stack.container(service))["NetworkSettings"]["Networks"]) for service in SERVERS}
        self.assertEqual(networks, {"prosody": ["a", "federation"], "ejabberd": ["b", "federation"],
                                    "immpd-a": ["a"], "immpd-b": ["b"]})

    def test_a_second_start_keeps_secrets(self):
        def told():
            return {service: self.stack.inside(service, "sh", "-c", "cat /etc/immp/secrets/* | sha256sum").stdout
                    for service in SERVERS}
        before = told()
        self.stack.compose("up", "-d")
        self.assertEqual(told(), before)


class OwnServer(OnStack):
    """The compose file of docs/operations.md, by which immpd stands beside a server of one's own: here, the stack's Prosody."""

    CHANGED = {"xmpp.example.org": "prosody", "example.org": "a.example", '"1025:1025"': '"127.0.0.1::1025"'}

    def written(self, folder):
        with open(os.path.join(ROOT, "docs", "operations.md"), encoding="utf-8") as file:
            text = re.search(r"<!-- own server -->\n```yaml\n(.*?)```\n<!-- /own server -->", file.read(), re.DOTALL).group(1)
        for old, new in self.CHANGED.items():
            self.assertEqual(text.count(old), 1, old)
            text = text.replace(old, new)
        path = os.path.join(folder, "docker-compose.yml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_immpd_beside_another_server(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        docker("cp", f"{self.stack.container('immpd-a')}:/etc/immp/secrets", folder)
        for name in ("cert.pem", "key.pem", "component.secret"):
            os.chmod(os.path.join(folder, "secrets", name), 0o644)
        for path in (folder, os.path.join(folder, "secrets")):
            os.chmod(path, 0o755)
        self.stack.stop("immpd-a")
        self.addCleanup(self.stack.start, "immpd-a")
        own = (*COMPOSE, "-p", f"{self.stack.project}-own", "-f", self.written(folder))
        self.addCleanup(run, *own, "down", "-v")
        run(*own, "up", "-d")
        container = run(*own, "ps", "-q", "immpd").stdout.strip()
        docker("network", "connect", self.stack.full("a"), container)
        self.addCleanup(docker, "network", "disconnect", "-f", self.stack.full("a"), container)
        wait_until("it is healthy", lambda: inspect("container", container)["State"]["Health"]["Status"] == "healthy", EVENT_SECONDS)
        self.assertIn("carol@a.example", docker("exec", container, "immpd", "account", "add", "carol@a.example").stderr)


class Accidents(OnStack):
    """Nothing is lost and nothing comes twice, whatever happens to the containers."""

    def await_share(self, sender, reader, subject):
        """Until a good part of a transfer has come to the reader's immpd since now; it is not all there."""
        target = "immpd-b" if reader == BOB else "immpd-a"
        before = self.stack.received_octets(target)
        wait_until(f"{SHARE} octets of {subject!r} at {target}",
                   lambda: self.stack.received_octets(target) - before > SHARE, EVENT_SECONDS, interval=0.05)
        self.assertFalse(self.stack.count(reader, subject), f"{subject!r} was there before the accident: it is too small")

    def in_the_middle(self, sender, reader, accidents):
        """A transfer for each: a fast machine would have ended one before the last of them."""
        for name, accident in accidents:
            subject = f"Through {name} from {sender}"
            sent = self.stack.send(sender, reader, subject, LARGE[reader])
            began = time.monotonic()
            self.await_share(sender, reader, subject)
            accident()
            say(f"{name}, {time.monotonic() - began:.0f} s after {sender} had sent {LARGE[reader] // MIB} MiB")
            self.stack.receive(reader, subject, sender, sent)
            say(f"it is there, once, after {time.monotonic() - began:.0f} s")
            self.stack.await_health()

    def killed(self, service):
        def accident():
            self.stack.kill(service)
            self.stack.start(service)
        return f"{service} killed", accident

    def stopped(self, service):
        def accident():
            self.stack.stop(service)
            state = self.stack.state(service)
            self.assertEqual((state["ExitCode"], state["OOMKilled"]), (0, False), f"{service} did not end in order")
            self.stack.start(service)
        return f"{service} stopped", accident

    def renewed(self, service, networks):
        def accident():
            before = [self.stack.address(service, network) for network in networks]
            docker("rm", "-f", self.stack.container(service))
            self.stack.occupy(networks)
            self.stack.compose("up", "-d", service)
            after = [self.stack.address(service, network) for network in networks]
            self.assertFalse(set(before) & set(after), f"{service} has kept an address: {before}, {after}")
        return f"{service} renewed elsewhere", accident

    def test_kills_and_stops_in_the_middle_of_a_transfer(self):
        self.in_the_middle(ALICE, BOB, [self.killed("immpd-b"), self.killed("ejabberd"), self.stopped("immpd-a"),
                                        self.stopped("prosody")])

    def test_kills_and_stops_the_other_way(self):
        self.in_the_middle(BOB, ALICE, [self.killed("immpd-a"), self.killed("prosody"), self.stopped("immpd-b"),
                                        self.stopped("ejabberd")])

    def test_new_addresses_in_the_middle_of_a_transfer(self):
        self.in_the_middle(ALICE, BOB, [self.renewed("immpd-b", ["b"]), self.renewed("ejabberd", ["b", "federation"])])
        self.in_the_middle(BOB, ALICE, [self.renewed("immpd-a", ["a"]), self.renewed("prosody", ["a", "federation"])])
        self.check_mail("At new addresses")

    def test_federation_cut_in_the_middle_of_a_transfer(self):
        federation = self.stack.full("federation")

        def cut():
            container = self.stack.container("ejabberd")
            docker("network", "disconnect", federation, container)
            # It is noticed: what is sent now waits, on both sides.
            for service, peer in (("immpd-a", "b.example"), ("immpd-b", "a.example")):
                wait_until(f"{service} cannot reach {peer}",
                           lambda s=service, p=peer: self.stack.inside(s, "immpd", "ping", p, check=False).returncode == 69,
                           EVENT_SECONDS)
            docker("network", "connect", "--alias", "b.example", "--alias", "immp.b.example", federation, container)

        self.in_the_middle(ALICE, BOB, [("the federation cut and joined again", cut)])
        self.check_mail("Joined again")


class Mistakes(OnStack):
    """Each is one clear line and an exit status."""

    def expect_end(self, status, words, image, *options):
        done = docker("run", "--rm", "--read-only", "--tmpfs", "/tmp", "-v", f"{self.stack.full('people')}:/people:ro", *options,
                      image, check=False, seconds=60)
        lines = (done.stdout + done.stderr).strip().splitlines()
        say(f"status {done.returncode}: {' / '.join(lines)}")
        self.assertEqual((done.returncode, len(lines)), (status, 1), lines)
        self.assertIn(words, lines[0])

    def secrets(self, side):
        return ("-v", f"{self.stack.full('secrets-' + side)}:/etc/immp/secrets:ro")

    def foreign_volume(self):
        """One that belongs to root."""
        name = f"{self.stack.project}-foreign"
        docker("volume", "create", name)
        self.addCleanup(docker, "volume", "rm", name)
        docker("run", "--rm", "-v", f"{name}:/v", BASE_IMAGE, "touch", "/v/a file")
        return name

    def test_missing_domain(self):
        self.expect_end(78, "domain: is missing", "immpd", *self.secrets("a"))
        for image in ("immp-prosody", "immp-ejabberd"):
            self.expect_end(78, "XMPP_DOMAIN is not set", image, *self.secrets("a"))

    def test_missing_secret(self):
        self.expect_end(78, "component.secret_file: cannot read a secret from /etc/immp/secrets/component.secret", "immpd",
                        "-e", "IMMP_DOMAIN=a.example")
        for image in ("immp-prosody", "immp-ejabberd"):
            self.expect_end(78, "cannot read a component secret from /etc/immp/secrets/component.secret", image,
                            "-e", "XMPP_DOMAIN=a.example")

    def test_unwritable_volume(self):
        store = self.stack.full("store-a")
        for volume in (f"{store}:/var/lib/immp:ro", f"{self.foreign_volume()}:/var/lib/immp"):
            for account in ("", ALICE):
                self.expect_end(74, "/var/lib/immp", "immpd", *self.secrets("a"), "-v", volume, "-e", "IMMP_DOMAIN=a.example",
                                "-e", f"IMMP_ACCOUNT={account}", "-e", f"IMMP_ACCOUNT_PASSWORD_FILE=/people/{ALICE}")
        for image in ("prosody", "ejabberd"):
            self.expect_end(74, f"cannot write to /var/lib/{image}", f"immp-{image}", *self.secrets("a"),
                            "-v", f"{self.stack.full(image)}:/var/lib/{image}:ro", "-e", "XMPP_DOMAIN=a.example")

    def test_unwritable_secrets(self):
        self.expect_end(74, "make-secrets: cannot write to /authority", "immp-authority",
                        "-v", f"{self.foreign_volume()}:/authority")

    def test_wrong_secret(self):
        name = f"{self.stack.project}-wrong"
        docker("run", "-d", "--name", name, "--read-only", "--tmpfs", "/tmp", "--network", self.stack.full("a"), *self.secrets("a"),
               "-e", "IMMP_DOMAIN=a.example", "-e", "IMMP_COMPONENT_ADDRESS=prosody", "-e", "IMMP_COMPONENT_SECRET=wrong", "immpd")
        self.addCleanup(docker, "rm", "-f", "-v", name)

        def status():
            return docker("exec", name, "immpd", "status", check=False)
        wait_until("the refusal", lambda: "not-authorized" in status().stdout, EVENT_SECONDS)
        done = status()
        self.assertEqual(done.returncode, 69)
        failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
        say(f"status {done.returncode}: {' / '.join(failed)}")
        self.assertEqual(len(failed), 1, done.stdout)
        self.assertIn("refused the component secret (not-authorized)", failed[0])
        logged = docker("logs", name)
        self.assertTrue(re.search(r"link: .*not-authorized", logged.stdout + logged.stderr), logged)
        wait_until("it is unhealthy", lambda: inspect("container", name)["State"]["Health"]["Status"] == "unhealthy", EVENT_SECONDS)
        self.assertIn("refused the component secret", inspect("container", name)["State"]["Health"]["Log"][-1]["Output"])


if __name__ == "__main__":
    unittest.main()

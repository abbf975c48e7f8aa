"""docker-compose.yml as the tests use it: a project of its own on the engine that answers, and people in its test service."""

import json
import os
import re
import shutil
import subprocess

from waiting import wait_until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COMMAND_SECONDS = 600
HEALTH_SECONDS = 240
ARRIVAL_SECONDS = 300
SERVERS = ("prosody", "ejabberd", "immpd-a", "immpd-b")
IMAGES = {"authority": "immp-authority", "prosody": "immp-prosody", "ejabberd": "immp-ejabberd", "immpd-a": "immpd"}
BASE_IMAGE = "debian:bookworm-slim"
COMPOSE = ("docker-compose",) if shutil.which("docker-compose") else ("docker", "compose")


def run(*arguments, check=True, text="", seconds=COMMAND_SECONDS):
    done = subprocess.run(arguments, input=text, cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=seconds,
                          check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(arguments)} ended with status {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


def docker(*arguments, **options):
    return run("docker", *arguments, **options)


def inspect(kind, name):
    return json.loads(docker(kind, "inspect", name).stdout)[0]


class Stack:
    """`with Stack() as stack:` is up and healthy; what it made is gone afterwards, but for the images."""

    def __init__(self):
        self.project = f"immp-test-{os.getpid()}"
        self.people = f"{self.project}-people"
        self._extra = []

    def __enter__(self):
        try:
            self.compose("build", "authority", "prosody", "ejabberd", "immpd-a", "test", seconds=3 * COMMAND_SECONDS)
            self.compose("up", "-d")
            self.await_health()
            self.compose("run", "-d", "--name", self.people, "test", "sleep", "infinity")
            for address in ("alice@a.example", "bob@b.example"):
                self.immp(address, "login", address, "--server", f"{address.partition('@')[2]}:1025", "--ca", "/people/ca.pem",
                          "--password-file", f"/people/{address}")
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        for name in (self.people, *self._extra):
            docker("rm", "-f", "-v", name, check=False)
        self.compose("down", "-v", "--remove-orphans", "-t", "20")

    def compose(self, *arguments, **options):
        return run(*COMPOSE, "-p", self.project, *arguments, **options)

    def container(self, service):
        """Its id, running or not."""
        return self.compose("ps", "-a", "-q", service).stdout.split()[0]

    def state(self, service):
        return inspect("container", self.container(service))["State"]

    def logs(self, service):
        done = docker("logs", self.container(service))
        return done.stdout + done.stderr

    def inside(self, service, *command, **options):
        return docker("exec", self.container(service), *command, **options)

    def address(self, service, network):
        return inspect("container", self.container(service))["NetworkSettings"]["Networks"][self.full(network)]["IPAddress"]

    def full(self, name):
        """Of a network or volume of the file."""
        return f"{self.project}_{name}"

    def await_health(self, services=SERVERS):
        for service in services:
            wait_until(f"{service} is healthy", lambda name=service: self.state(name).get("Health", {}).get("Status") == "healthy",
                       HEALTH_SECONDS, interval=0.2)

    def kill(self, service):
        docker("kill", self.container(service))

    def stop(self, service):
        self.compose("stop", service)

    def start(self, service):
        docker("start", self.container(service))

    def occupy(self, networks):
        """A container that takes the next address in each of these networks."""
        name = f"{self.project}-{len(self._extra)}"
        self._extra.append(name)
        docker("run", "-d", "--name", name, "--network", self.full(networks[0]), BASE_IMAGE, "sleep", "infinity")
        for network in networks[1:]:
            docker("network", "connect", self.full(network), name)

    def immp(self, address, *arguments, **options):
        """`immp` of this person, in the test service."""
        return docker("exec", "-i", "-e", f"IMMP_HOME=/tmp/{address}", self.people, "immp", *arguments, **options)

    def send(self, sender, reader, subject, octets):
        """A message with an attachment of random octets: its id and the attachment's digest."""
        path = f"/tmp/{sender}.bin"
        docker("exec", self.people, "sh", "-c", f"head -c {octets} /dev/urandom >{path}")
        told = self.immp(sender, "send", reader, "-s", subject, "-a", path, "--json", text="See the drawings.\n")
        return json.loads(told.stdout)["id"], self.digest(path)

    def digest(self, path):
        return docker("exec", self.people, "sha256sum", path).stdout.split()[0]

    def inbox(self, reader):
        """None while his immpd does not answer."""
        done = self.immp(reader, "ls", "--limit", "1000", "--json", check=False)
        return done.stdout if done.returncode == 0 else None

    def count(self, reader, subject):
        listed = self.inbox(reader)
        return None if listed is None else len(re.findall(re.escape(json.dumps(subject)), listed))

    def receive(self, reader, subject, sender, sent):
        """The message of `send` arrives, once, with the same octets."""
        identity, digest = sent
        wait_until(f"{subject!r} for {reader}", lambda: self.count(reader, subject), ARRIVAL_SECONDS, interval=0.3)
        path = f"/tmp/{identity}"
        self.immp(reader, "save", identity, f"{sender}.bin", "-o", path)
        got = self.digest(path)
        docker("exec", self.people, "rm", path)
        if got != digest or self.count(reader, subject) != 1:
            raise AssertionError(f"{subject!r}: SHA-256 {got}, sent was {digest}; it is there {self.count(reader, subject)} times")

    def received_octets(self, service):
        """By all of its interfaces since it was started; 0 while it is not."""
        done = self.inside(service, "cat", "/proc/net/dev", check=False)
        return sum(int(line.split(":")[1].split()[0]) for line in done.stdout.splitlines() if re.match(r"\s*eth", line))

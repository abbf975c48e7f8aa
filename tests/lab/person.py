"""Somebody with an account in the lab and an `immp` of their own."""

import json
import os
import subprocess

from waiting import wait_until

COMMAND_SECONDS = 300
ARRIVAL_SECONDS = 60


def make_file(folder, name, size):
    """Octets of chance; its path."""
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(os.urandom(size))
    return path


class CommandFailed(Exception):
    """An `immp` command ended with another status than 0."""

    def __init__(self, arguments, done):
        super().__init__(f"immp {arguments[0]} ended with status {done.returncode}: {done.stderr.strip()}")
        self.status = done.returncode
        self.output = done.stdout + done.stderr


class Person:
    def __init__(self, side, name, folder, environment=None):
        """`side` is lab.a or lab.b; what this person keeps goes below `folder`; `environment` is had by their commands besides."""
        self.name = name
        self.address = f"{name}@{side['domain']}"
        self.secret = {**side["accounts"], **side.get("guests", {})}[self.address]
        self.folder = os.path.join(folder, name)
        self._side = side
        self._more = environment or {}
        os.mkdir(self.folder)

    def immp(self, *arguments, text="", most_bytes=None):
        """Runs the command with `text` on its standard input, and with no more memory of its own than `most_bytes`; returns what it did
        on success."""
        bounded = ["prlimit", f"--data={most_bytes}"] if most_bytes else []
        done = subprocess.run([*bounded, os.path.join(os.environ["IMMP_BIN"], "immp"), *arguments], input=text, env=self._environment(), cwd=self.folder,
                              capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False)
        if done.returncode != 0:
            raise CommandFailed(arguments, done)
        return done

    def login_arguments(self):
        return ["login", self.address, "--server", self._side["listener"], "--ca", self._side["ca"], "--password-file", "-"]

    def log_in(self, device=None):
        self.immp(*self.login_arguments(), *(("--device", device) if device else ()), text=self.secret + "\n")
        return self

    def xmpp_arguments(self):
        return ["login", "--xmpp", self.address, "--server", self._side["xmpp"]["c2s"], "--ca", self._side["ca"], "--password-file", "-"]

    def log_in_through_xmpp(self):
        self.immp(*self.xmpp_arguments(), text=self.secret + "\n")
        return self

    def allow_xmpp(self):
        """With the account's own password, which is the same in the lab."""
        self.immp("settings", "XMPP=on", "--password-file", "-", text=self.secret + "\n")

    def start(self, *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE):
        """The command as a process of its own, whose output is read as it comes."""
        return subprocess.Popen([os.path.join(os.environ["IMMP_BIN"], "immp"), *arguments], env=self._environment(), cwd=self.folder,
                                stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, text=True)

    def _environment(self):
        return {"PATH": "/usr/bin:/bin", "HOME": self.folder, "IMMP_HOME": os.path.join(self.folder, ".immp"), "LANG": "C.UTF-8",
                **self._more}

    def send(self, to, subject, text="", attachments=()):
        """The id of the message."""
        attach = [word for path in attachments for word in ("-a", path)]
        return json.loads(self.immp("send", to, "-s", subject, *attach, "--json", text=text).stdout)["id"]

    def inbox(self):
        """The messages that `ls` lists, newest first."""
        lines = self.immp("ls", "--limit", "1000", "--json").stdout.splitlines()
        return [message for message in map(json.loads, lines) if "_id" in message]

    def wait_for(self, count, subject, seconds=ARRIVAL_SECONDS):
        """Waits until INBOX holds `count` messages with words of `subject` in theirs; returns them, newest first."""
        def arrived():
            found = [message for message in self.inbox() if subject in message["subject"]]
            return found if len(found) >= count else None
        return wait_until(f"{count} of {subject!r} in the INBOX of {self.address}", arrived, seconds, interval=0.1)

    def read(self, identity):
        return json.loads(self.immp("read", identity, "--json").stdout)

    def save(self, identity, part):
        """The file that the part was saved to."""
        path = os.path.join(self.folder, f"{identity}-{part}")
        self.immp("save", identity, part, "-o", path)
        return path

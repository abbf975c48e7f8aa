"""immpd by itself: its own certificate and configuration in a folder, no XMPP server behind it."""

import os
import re
import signal
import subprocess

from authority import Authority
from ports import LOOPBACK
from waiting import wait_until

DOMAIN = "a.example"
SECONDS = 30
CONFIG = """\
domain = "a.example"
[listener]
address = "{loopback}"
port = 0
tls_address = "{loopback}"
tls_port = 0
certificate = "tls/cert.pem"
key = "tls/key.pem"
[component]
address = "{loopback}"
port = 1
secret = "s"
[store]
directory = "store"
"""


def program():
    return os.path.join(os.environ["IMMP_BIN"], "immpd")


class Alone:
    """Its folder is the caller's; the configuration's keys are overridden by the environment, as an administrator would."""

    def __init__(self, folder):
        self.folder = folder
        self.authority = Authority(self.path("ca"))
        self.renew()
        self.config = self.path("immpd.toml")
        with open(self.config, "w", encoding="ascii") as file:
            file.write(CONFIG.format(loopback=LOOPBACK))

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def renew(self, domain=DOMAIN):
        """A new certificate and key in place of the old ones."""
        os.makedirs(self.path("tls"), exist_ok=True)
        self.authority.issue(domain, self.path("tls"))

    def run(self, *arguments, **keys):
        """An immpd that ends by itself: its exit status and what it said on standard error."""
        done = subprocess.run([program(), *arguments], env=self._environment(keys), cwd=self.folder, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=SECONDS, check=False)
        return done.returncode, done.stderr

    def start(self, environment=None, **keys):
        return Running(self, {**self._environment(keys), **(environment or {})})

    @staticmethod
    def _environment(keys):
        return {"PATH": "/usr/bin:/bin", **{f"IMMP_{key.upper()}": str(value) for key, value in keys.items()}}


class Running:
    """`with alone.start() as daemon:` it serves; it is ended by SIGTERM and must end with status 0."""

    SERVING = re.compile(r"serving \S+ on (\S+) port (\d+)( \(TLS\))?")

    def __init__(self, alone, environment):
        self._log = alone.path("immpd.log")
        with open(self._log, "w", encoding="utf-8") as log:
            self._process = subprocess.Popen([program(), "run", "-c", alone.config], env=environment, cwd=alone.folder,
                                             stdin=subprocess.DEVNULL, stderr=log)

    def __enter__(self):
        try:
            wait_until("immpd serves", lambda: len(self.addresses()) == 2, SECONDS)
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise
        return self

    def __exit__(self, *failure):
        self._process.terminate()
        status = self._process.wait(SECONDS)
        if status != 0 and failure == (None, None, None):
            raise AssertionError(f"immpd ended with {status}:\n{self.log()}")

    @property
    def pid(self):
        return self._process.pid

    def log(self):
        with open(self._log, encoding="utf-8") as file:
            return file.read()

    def addresses(self):
        """Of the plain listener and of the one with TLS from the first octet."""
        return [f"{host}:{port}" for host, port, _ in self.SERVING.findall(self.log())]

    def hang_up(self):
        os.kill(self._process.pid, signal.SIGHUP)

    def wait_for(self, text):
        wait_until(f"{text!r} in the log", lambda: text in self.log(), SECONDS)

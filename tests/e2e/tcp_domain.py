"""A domain whose immpd has no XMPP server: every route of its is TCP."""

import os
import subprocess
import sys

from authority import Authority
from immp_client import Mailer
from ports import LOOPBACK
from waiting import wait_until

SECONDS = 60
CONFIG = """\
domain = "{domain}"
[routes]
{routes}
[listener]
address = "{loopback}"
port = {port}
tls_address = []
certificate = "tls/cert.pem"
key = "tls/key.pem"
[gateway]
ca = "{ca}"
{gateway}
[store]
directory = "store"
[log]
level = "debug"
"""


def program():
    return os.path.join(os.environ["IMMP_BIN"], "immpd")


class TcpDomain:
    """Its certificate is from an authority of its own; `ca` of the others is given with their routes."""

    def __init__(self, folder, domain, port, users):
        self.folder, self.domain, self.port = folder, domain, port
        os.makedirs(folder, exist_ok=True)
        self.authority = Authority(self.path("ca"))
        self.certify(domain)
        self.config = self.path("immpd.toml")
        self._process = None
        self._users = users
        self.side = {"domain": domain, "ca": self.authority.certificate, "listener": f"{LOOPBACK}:{port}", "accounts": {}}

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def certify(self, domain):
        os.makedirs(self.path("tls"), exist_ok=True)
        self.authority.issue(domain, self.path("tls"))

    def write_config(self, routes, ca, gateway=""):
        text = "".join(f'"{name}" = "{route}"\n' for name, route in routes.items())
        with open(self.config, "w", encoding="ascii") as file:
            file.write(CONFIG.format(domain=self.domain, routes=text, loopback=LOOPBACK, port=self.port, ca=ca, gateway=gateway))

    def _run(self, *arguments):
        return subprocess.run([program(), *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=SECONDS, check=False)

    def immpd(self, *arguments):
        return self._run(*arguments, "-c", self.config)

    def check(self):
        return self._run("check", self.config)

    def add_accounts(self):
        for user in self._users:
            made = self.immpd("account", "add", f"{user}@{self.domain}")
            assert made.returncode == 0, made.stderr
            self.side["accounts"][f"{user}@{self.domain}"] = made.stdout.strip()

    def start(self):
        with open(self.path("immpd.log"), "a", encoding="utf-8") as log:
            before = self.log().count("serving ")
            self._process = subprocess.Popen([program(), "run", "-c", self.config], cwd=self.folder, stdin=subprocess.DEVNULL, stderr=log)
        wait_until(f"{self.domain} serves", lambda: self.log().count("serving ") > before, SECONDS)

    def kill(self):
        self._process.kill()
        self._process.wait()

    def stop(self):
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(SECONDS)

    def __enter__(self):
        self.add_accounts()
        self.start()
        return self

    def __exit__(self, kind, *_):
        self.stop()
        if kind:
            print(f"--- {self.domain}\n{self.log()[-6000:]}", file=sys.stderr)

    def log(self):
        try:
            with open(self.path("immpd.log"), encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def mailer(self, user):
        return Mailer(self.side, user)

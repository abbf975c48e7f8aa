"""`./run demo`: a mail with an attachment and its answer, between two real XMPP servers, step by step."""

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

from exposure import exposed, logged_stanzas
from harness import Lab
from processes import tail
from waiting import Late, wait_until

ARRIVAL_SECONDS = 60
COMMAND_SECONDS = 60
ATTACHMENT_BYTES = 300_000
SHOWN_CHARACTERS = 900
SUBJECT = "Lighthouse drawings for Tuesday"
BODY = "Dear Bob,\nhere are the drawings of the lighthouse. Please keep them confidential until Tuesday.\nAlice\n"
ANSWER_SUBJECT = "Re: Lighthouse drawings for Tuesday"
ANSWER = "Dear Alice,\nthe drawings have arrived complete. Nobody on the way could read them.\nBob\n"
WORDS = ("alice", "bob", "carol", "dave", "lighthouse", "drawings", "Tuesday", "confidential", "Nobody", "complete",
         "drawings.bin")


class Stop(Exception):
    """The demo ends here and says why."""


class Person:
    """Somebody with an `immp` of their own."""

    def __init__(self, side, name, folder):
        self.address = next(address for address in side["accounts"] if address.startswith(name + "@"))
        self.name = name
        self._secret = side["accounts"][self.address]
        self._side = side
        self.folder = os.path.join(folder, name)
        os.mkdir(self.folder)

    def _immp(self, arguments, text):
        env = {"PATH": "/usr/bin:/bin", "HOME": self.folder, "IMMP_HOME": os.path.join(self.folder, ".immp"), "LANG": "C.UTF-8"}
        return subprocess.run([os.path.join(os.environ["IMMP_BIN"], "immp"), *arguments], input=text, env=env, cwd=self.folder,
                              capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False)

    def run(self, *arguments, text="", shown_text=None):
        """Shows the command and what it prints; a failure ends the demo."""
        print(f"\n  {self.name}$ immp {shlex.join(arguments)}" + (f" <<< {shown_text}" if shown_text else ""))
        done = self._immp(arguments, text)
        show(done.stdout + done.stderr)
        if done.returncode != 0:
            raise Stop(f"immp {arguments[0]} ended with status {done.returncode}")
        return done.stdout

    def log_in(self):
        self.run("login", self.address, "--server", self._side["listener"], "--ca", self._side["ca"], "--password-file", "-",
                 text=self._secret + "\n", shown_text="(the secret that immpd account add printed)")

    def wait_for(self, subject):
        """The id of the newest message with this subject; it waits until it is there."""
        def arrived():
            done = self._immp(["ls", "--json"], "")
            if done.returncode != 0:
                raise Stop(f"immp ls: {done.stderr.strip()}")
            messages = [json.loads(line) for line in done.stdout.splitlines()]
            return next((message["_id"] for message in messages if message.get("subject") == subject), None)
        began = time.monotonic()
        try:
            identity = wait_until(f"{subject!r} reaches {self.address}", arrived, ARRIVAL_SECONDS, interval=0.05)
        except Late as late:
            raise Stop(str(late)) from late
        print(f"\n  It is in {self.address}'s INBOX {time.monotonic() - began:.1f} s later.")
        return identity


def headline(text):
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n== {text}", flush=True)


def show(text):
    for line in text.rstrip("\n").splitlines():
        print(f"    {line}")
    sys.stdout.flush()


def make_attachment(person):
    """Octets of every value, so that no encoding on the way can hide a mistake; the words in them must not show either."""
    path = os.path.join(person.folder, "drawings.bin")
    with open(path, "wb") as file:
        file.write((b"lighthouse drawings " + bytes(range(256)) + os.urandom(1024)) * (ATTACHMENT_BYTES // 1300))
    return path


def compare(sent, received):
    with open(sent, "rb") as one, open(received, "rb") as other:
        octets, same = one.read(), other.read()
    if octets != same:
        raise Stop(f"{received} differs from {sent}")
    show(f"{len(octets)} octets, SHA-256 {hashlib.sha256(octets).hexdigest()}: received as sent")


def show_what_servers_saw(lab):
    log = next(path for path in lab.a["logs"] if path.endswith("prosody.log"))
    stanzas = logged_stanzas(log)
    bundles = [stanza for stanza in stanzas if "<bundle" in stanza and "set" in stanza.partition(">")[0]]
    if not bundles:
        raise Stop(f"no bundle among the {len(stanzas)} stanzas in {log}")
    mail = max(bundles, key=len)
    show("\n".join(re.findall(".{1,110}", mail[:SHOWN_CHARACTERS], re.DOTALL)) + f" ... ({len(mail)} characters in all)")
    found = exposed(stanzas, WORDS)
    if found:
        raise Stop("the XMPP server could read: " + "; ".join(found[:5]))
    print(f"\n  {len(stanzas)} stanzas, {len(bundles)} of them pieces of sealed bundles; none contains, in plain text, base64,"
          f"\n  hexadecimal or UTF-16: {', '.join(WORDS)}")


def story(lab, folder):
    alice, bob = Person(lab.a, "alice", folder), Person(lab.b, "bob", folder)
    show(f"a.example: Prosody, immpd with alice on {lab.a['listener']}\nb.example: ejabberd, immpd with bob on {lab.b['listener']}")

    headline("2. Alice and Bob log in, each at the immpd of their own domain")
    alice.log_in()
    bob.log_in()

    headline("3. Alice writes to Bob, with an attachment")
    attachment = make_attachment(alice)
    print(f"\n{BODY}".replace("\n", "\n    ").rstrip())
    alice.run("send", bob.address, "-s", SUBJECT, "-a", attachment, text=BODY, shown_text="(the text above)")

    headline("4. Bob reads it and saves the attachment")
    identity = bob.wait_for(SUBJECT)
    bob.run("ls")
    if BODY not in json.loads(bob._immp(["read", identity, "--json"], "").stdout)["text"].replace("\r\n", "\n"):
        raise Stop("the text that Bob reads is not the one that Alice wrote")
    bob.run("read", identity)
    bob.run("save", identity, "drawings.bin", "-o", "received.bin")
    compare(attachment, os.path.join(bob.folder, "received.bin"))

    headline("5. Bob answers, and Alice reads")
    bob.run("send", alice.address, "-s", ANSWER_SUBJECT, text=ANSWER, shown_text=repr(ANSWER))
    answer = alice.wait_for(ANSWER_SUBJECT)
    alice.run("read", answer)
    if ANSWER not in json.loads(alice._immp(["read", answer, "--json"], "").stdout)["text"].replace("\r\n", "\n"):
        raise Stop("the text that Alice reads is not the one that Bob wrote")

    headline("6. What the XMPP servers could see: a stanza from Prosody's own log (mod_stanza_debug)")
    show_what_servers_saw(lab)


def main():
    began = time.monotonic()
    headline("1. A federation on this machine: two XMPP servers, an immpd beside each, a certificate authority of its own")
    folder = tempfile.mkdtemp(prefix="immp-demo-")
    try:
        with Lab("--stanzas") as lab:
            try:
                story(lab, folder)
            except (Stop, subprocess.TimeoutExpired):
                for path in (*lab.a["logs"], *lab.b["logs"]):
                    if path.endswith(("immpd.log", "ejabberd.log")):
                        print(f"\n--- the end of {path}\n{tail(path)}", file=sys.stderr, end="")
                raise
    except (Stop, AssertionError, subprocess.TimeoutExpired) as reason:
        print(f"\ndemo: FAILED: {reason}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder)
    headline(f"Done in {time.monotonic() - began:.0f} s. Mail crossed both servers in both directions; the lab is gone again.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`./run demo`: a mail with an attachment and its answer, between two real XMPP servers, step by step."""

import base64
import hashlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from exposure import exposed, logged_stanzas
from harness import Lab
from person import CommandFailed, Person
from processes import tail
from waiting import Late

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


FAILURES = (Stop, CommandFailed, Late, subprocess.TimeoutExpired)


class Shown(Person):
    """A person whose commands are shown."""

    def show(self, *arguments, text="", shown_text=None):
        print(f"\n  {self.name}$ immp {shlex.join(arguments)}" + (f" <<< {shown_text}" if shown_text else ""))
        try:
            done = self.immp(*arguments, text=text)
        except CommandFailed as failed:
            show(failed.output)
            raise
        show(done.stdout + done.stderr)

    def receive(self, subject):
        """The id of the message with this subject; waits until it is there."""
        began = time.monotonic()
        identity = self.wait_for(1, subject)[0]["_id"]
        print(f"\n  It is in {self.address}'s INBOX {time.monotonic() - began:.1f} s later.")
        return identity

    def check_text(self, identity, text):
        if text not in self.read(identity)["text"].replace("\r\n", "\n"):
            raise Stop("the text that arrived is not the one that was written")


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
        for _ in range(ATTACHMENT_BYTES // 1300):
            file.write(b"lighthouse drawings " + bytes(range(256)) + os.urandom(1024))
    return path


def compare(sent, received):
    with open(sent, "rb") as one, open(received, "rb") as other:
        octets, same = one.read(), other.read()
    if octets != same:
        raise Stop(f"{received} differs from {sent}")
    show(f"{len(octets)} octets, SHA-256 {hashlib.sha256(octets).hexdigest()}: received as sent")


def wrapped(text):
    return "\n".join(re.findall(".{1,110}", text, re.DOTALL))


def readable_head(stanza):
    """The line of JSON that a bundle begins with, after the line that names the format (docs/envelope.md)."""
    octets = base64.b64decode(re.search("<bundle[^>]*>([^<]*)<", stanza).group(1))
    lines = octets.split(b"\n", 2)
    if lines[0] != b"IMMP-BUNDLE 1":
        raise Stop(f"the first piece does not begin like a bundle: {lines[0][:40]!r}")
    return lines[1].decode()


def show_what_servers_saw(lab):
    log = next(path for path in lab.a["logs"] if path.endswith("prosody.log"))
    stanzas = logged_stanzas(log)
    bundles = [stanza for stanza in stanzas if "<bundle" in stanza and "set" in stanza.partition(">")[0]]
    if not bundles:
        raise Stop(f"no bundle among the {len(stanzas)} stanzas in {log}")
    first = max((stanza for stanza in bundles if " at='0'" in stanza), key=len, default=None)
    if not first:
        raise Stop(f"no first piece of a bundle among the {len(bundles)} in {log}")
    show(wrapped(first[:SHOWN_CHARACTERS]) + f" ... ({len(first)} characters in all)")
    print("\n  Of that, this is no cipher text: who seals for whom, when, how much.")
    show(wrapped(readable_head(first)))
    found = exposed(stanzas, WORDS)
    if found:
        raise Stop("the XMPP server could read: " + "; ".join(found[:5]))
    print(f"\n  {len(stanzas)} stanzas, {len(bundles)} of them pieces of sealed bundles; none contains, in plain text, base64,"
          f"\n  hexadecimal or UTF-16: {', '.join(WORDS)}")


def story(lab, folder):
    alice, bob = Shown(lab.a, "alice", folder), Shown(lab.b, "bob", folder)
    show(f"a.example: Prosody, immpd with alice on {lab.a['listener']}\nb.example: ejabberd, immpd with bob on {lab.b['listener']}")

    headline("2. Alice and Bob log in, each at the immpd of their own domain")
    for person in (alice, bob):
        person.show(*person.login_arguments(), text=person.secret + "\n", shown_text="(the secret from immpd account add)")

    headline("3. Alice writes to Bob, with an attachment")
    attachment = make_attachment(alice)
    print(f"\n{BODY}".replace("\n", "\n    ").rstrip())
    alice.show("send", bob.address, "-s", SUBJECT, "-a", attachment, text=BODY, shown_text="(the text above)")

    headline("4. Bob reads it and saves the attachment")
    identity = bob.receive(SUBJECT)
    bob.show("ls")
    bob.check_text(identity, BODY)
    bob.show("read", identity)
    bob.show("save", identity, "drawings.bin", "-o", "received.bin")
    compare(attachment, os.path.join(bob.folder, "received.bin"))

    headline("5. Bob answers, and Alice reads")
    bob.show("send", alice.address, "-s", ANSWER_SUBJECT, text=ANSWER, shown_text=repr(ANSWER))
    answer = alice.receive(ANSWER_SUBJECT)
    alice.show("read", answer)
    alice.check_text(answer, ANSWER)

    headline("6. What the XMPP servers could see: a stanza from Prosody's own log (mod_stanza_debug)")
    show_what_servers_saw(lab)


def main():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    began = time.monotonic()
    headline("1. A federation on this machine: two XMPP servers, an immpd beside each, a certificate authority of its own")
    folder = tempfile.mkdtemp(prefix="immp-demo-")
    try:
        with Lab("--stanzas") as lab:
            try:
                story(lab, folder)
            except FAILURES:
                for path in (*lab.a["logs"], *lab.b["logs"]):
                    if path.endswith(("immpd.log", "ejabberd.log")):
                        print(f"\n--- the end of {path}\n{tail(path)}", file=sys.stderr, end="")
                raise
    except (*FAILURES, AssertionError) as reason:
        print(f"\ndemo: FAILED: {reason}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder)
    headline(f"Done in {time.monotonic() - began:.0f} s. Mail crossed both servers in both directions; the lab is gone again.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

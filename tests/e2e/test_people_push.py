"""Pushes and subscriptions from person to person with `immp`, between two domains: confirmed addresses, first contacts, tokens without
a login, nodes open and closed, a desktop with buttons, and addresses that ask before they do anything."""

import json
import os
import pty
import select
import subprocess
import tempfile
import threading
import time
import unittest

from harness import Lab
from person import CommandFailed, Person
from waiting import wait_until

SECONDS = 60
NOTIFICATIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "client", "notifications.py")
CONFIRM = "https://b.example/confirm?x=1&y=2"


class Lines:
    """What a program says on standard output, a line each, as it comes; `notes` is its standard error. It is ended with the test."""

    def __init__(self, words, env, folder):
        self.said, self.notes = [], []
        self._program = subprocess.Popen(words, env=env, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, text=True)
        self._readers = [threading.Thread(target=self._read, args=pair)
                         for pair in ((self._program.stdout, self.said), (self._program.stderr, self.notes))]
        for reader in self._readers:
            reader.start()

    @staticmethod
    def _read(stream, lines):
        for line in stream:
            lines.append(line.rstrip("\n"))

    def wait(self, what, find, lines=None):
        """The first line of which `find` makes something; that."""
        lines = self.said if lines is None else lines
        return wait_until(what, lambda: next(filter(None, map(find, list(lines))), None), SECONDS, interval=0.05)

    def say(self, line):
        self._program.stdin.write(line + "\n")
        self._program.stdin.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._program.terminate()
        self._program.wait()
        for reader in self._readers:
            reader.join()
        for stream in (self._program.stdin, self._program.stdout, self._program.stderr):
            stream.close()


def environment(person, **more):
    return {"PATH": "/usr/bin:/bin", "HOME": person.folder, "IMMP_HOME": os.path.join(person.folder, ".immp"), "LANG": "C.UTF-8", **more}


def immp():
    return os.path.join(os.environ["IMMP_BIN"], "immp")


def json_lines(text):
    return [json.loads(line) for line in text.splitlines()]


class People(unittest.TestCase):
    def setUp(self):
        self.lab = self.enterContext(Lab())
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.alice = Person(self.lab.a, "alice", self.folder).log_in()
        self.bob = Person(self.lab.b, "bob", self.folder).log_in()

    def watch(self, person, *options, **more):
        """Their `immp watch`, when it has begun."""
        watching = self.enterContext(Lines([immp(), "watch", *options], environment(person, **more), person.folder))
        watching.wait(f"the watch of {person.address}", lambda line: "watching" in line, watching.notes)
        return watching

    @staticmethod
    def pushes(person, *options):
        """What lies in /PUSH, newest first, and the sources."""
        lines = json_lines(person.immp("pushes", "--json", *options).stdout)
        return [line for line in lines if "_id" in line], [line for line in lines if "source" in line]

    def wait_for_push(self, person, text):
        return wait_until(f"{text!r} in /PUSH of {person.address}",
                          lambda: next((push for push in self.pushes(person)[0] if push.get("text") == text), None), SECONDS)

    @staticmethod
    def push(sender, to, text, *options):
        return json.loads(sender.immp("push", to, text, "--json", *options).stdout)

    def refused(self, status, person, *words):
        with self.assertRaises(CommandFailed) as failed:
            person.immp(*words)
        self.assertEqual(failed.exception.status, status, failed.exception.output)
        return failed.exception.output


class Pushes(People):
    def test_an_address_is_confirmed(self):
        """The draft's first scenario (3.2.3): a token, the push on a watching session, and the answer at the website."""
        token = json.loads(self.alice.immp("mint", "--for", self.bob.address, "--json").stdout)["token"]
        watching = self.watch(self.alice, "--json")
        sent = self.push(self.bob, self.alice.address, "Is this your address?", "--token", token, "--important",
                         "--action", f"Confirm={CONFIRM}", "--action", "No=immp:abuse@b.example?report")
        self.assertEqual(sent["state"], "taken")
        came = watching.wait("the push", lambda line: json.loads(line) if '"kind":"push"' in line else None)
        self.assertEqual((came["from"], came["text"], came["importance"]), (self.bob.address, "Is this your address?", "high"))
        self.assertEqual(came["actions"], [{"label": "Confirm", "uri": CONFIRM}, {"label": "No", "uri": "immp:abuse@b.example?report"}])
        answered = self.alice.immp("answer", came["_id"], "Confirm")
        self.assertIn(f'Answered "Confirm" to {self.bob.address}', answered.stdout)
        answer = self.wait_for_push(self.bob, "Confirm")
        self.assertEqual((answer["from"], answer["in-reply-to"]), (self.alice.address, sent["id"]))
        self.assertIn("answered before", self.refused(65, self.alice, "answer", came["_id"], "2"))

    def test_first_contact_waits_for_a_word(self):
        """Twice is asked, nobody is told; then it is let in, and later thrown away."""
        for text in ("Disk 3 failed", "Disk 4 failed"):
            self.assertEqual(self.push(self.bob, self.alice.address, text)["state"], "taken")

        def waiting():
            sources = self.pushes(self.alice)[1]
            return sources if sources and sources[0]["pushes"] == "2" else None
        source = wait_until("two pushes that wait", waiting, SECONDS)[0]
        self.assertEqual((source["source"], source["state"], source["text"]), (self.bob.address, "waiting", "Disk 4 failed"))
        self.assertEqual(self.pushes(self.alice)[0], [])
        self.alice.immp("approve", self.bob.address)
        self.assertEqual({push["text"] for push in self.pushes(self.alice)[0]}, {"Disk 3 failed", "Disk 4 failed"})
        self.push(self.bob, self.alice.address, "Disk 5 failed")
        self.wait_for_push(self.alice, "Disk 5 failed")
        self.alice.immp("block", "push", self.bob.address)
        self.assertEqual([(line["source"], line["state"]) for line in self.pushes(self.alice, "--sources")[1]],
                         [(self.bob.address, "blocked")])
        self.push(self.bob, self.alice.address, "Disk 6 failed")
        # What is sent behind it on the same way comes behind it.
        subject = "behind the push"
        self.bob.send(self.alice.address, subject)
        self.alice.wait_for(1, subject)
        self.assertEqual(len(self.pushes(self.alice)[0]), 3)
        self.assertIn("wait for your word", self.alice.immp("forget", self.bob.address).stdout)
        self.assertEqual(self.pushes(self.alice, "--sources")[1], [])
        self.push(self.bob, self.alice.address, "Disk 7 failed")
        self.assertEqual(wait_until("it waits again", lambda: self.pushes(self.alice)[1], SECONDS)[0]["text"], "Disk 7 failed")

    def test_a_token_needs_no_login(self):
        token = json.loads(self.alice.immp("mint", "--json").stdout)["token"]
        stranger = Person(self.lab.b, "dave", self.folder)
        words = ["push", self.alice.address, "Confirm?", "--server", self.lab.a["listener"], "--ca", self.lab.a["ca"], "--token", token,
                 "--from", "website@shop.example", "--action", f"Confirm={CONFIRM}", "--json"]
        self.assertEqual(json.loads(stranger.immp(*words).stdout)["state"], "delivered")
        (push,), _ = self.pushes(self.alice)
        self.assertEqual((push["from"], push["original-from"]), ("a.example", "website@shop.example"))
        self.assertIn("nobody has verified", self.refused(65, self.alice, "answer", push["_id"], "1"))
        self.assertIn("the token is wrong, used up or expired", self.refused(76, stranger, *words))

    def test_a_repetition_takes_the_place_of_the_former(self):
        watching = self.watch(self.alice, "PUSH", "--json")
        for _ in range(3):
            self.assertEqual(self.push(self.alice, self.alice.address, "Disk 3 failed")["state"], "delivered")
        watching.wait("the second repetition", lambda line: json.loads(line).get("repeats") == 2)
        (push,), _ = self.pushes(self.alice)
        self.assertEqual(push["repeats"], 2)


class Subscriptions(People):
    def test_items_of_a_node_come_as_pushes(self):
        self.bob.immp("publish", "create", "bob/news", "--title", "All the news")
        made = json.loads(self.alice.immp("subscribe", "bob/news@b.example", "--json").stdout)
        self.assertEqual((made["node"], made["title"]), ("bob/news@b.example", "All the news"))
        watching = self.watch(self.alice, "--json")
        published = json.loads(self.bob.immp("publish", "to", "bob/news", "Version 2", "-s", "New", "--json").stdout)
        self.assertEqual(published["sequence"], 1)
        came = watching.wait("the item", lambda line: json.loads(line) if '"kind":"item"' in line else None)
        self.assertEqual((came["from"], came["subject"], came["text"], came["sequence"]), ("bob/news@b.example", "New", "Version 2", 1))
        (listed,) = json_lines(self.alice.immp("subscriptions", "--json").stdout)
        self.assertEqual((listed["uuid"], listed["state"], listed["title"]), (made["uuid"], "active", "All the news"))
        self.assertIn("already", self.refused(65, self.alice, "subscribe", "bob/news@b.example"))
        self.alice.immp("unsubscribe", "bob/news@b.example")
        self.assertEqual(self.alice.immp("subscriptions", "--json").stdout, "")
        self.refused(66, self.alice, "unsubscribe", "bob/news@b.example")

    def test_a_closed_node_admits_by_name(self):
        self.bob.immp("publish", "create", "bob/team", "--title", "Team", "--closed")
        self.assertIn("the wish is kept", self.refused(75, self.alice, "subscribe", "bob/team@b.example"))

        def people():
            return {line["subscriber"]: line["state"] for line in json_lines(self.bob.immp("publish", "list", "bob/team", "--json").stdout)
                    if "subscriber" in line}
        self.assertEqual(people(), {self.alice.address: "waiting"})
        self.bob.immp("publish", "admit", "bob/team", self.alice.address)
        wait_until("alice is in", lambda: '"state":"active"' in self.alice.immp("subscriptions", "--json").stdout, SECONDS)
        self.assertEqual(people(), {self.alice.address: "admitted"})
        self.bob.immp("publish", "to", "bob/team", "Only for us")
        self.assertEqual(self.wait_for_push(self.alice, "Only for us")["kind"], "item")
        self.bob.immp("publish", "drop", "bob/team")
        wait_until("the node is gone", lambda: '"state":"gone"' in self.alice.immp("subscriptions", "--json").stdout, SECONDS)

    def test_an_address_asks_before_it_subscribes(self):
        self.bob.immp("publish", "create", "bob/news", "--title", "News")
        address = "immp://bob/news@b.example?subscribe"
        with self.assertRaises(CommandFailed) as failed:  # a pipe is no terminal, but ours might be open
            subprocess_without_terminal(self.alice, "open", address)
        self.assertEqual(failed.exception.status, 66, failed.exception.output)
        self.assertIn("Nothing was done", on_a_terminal(self.alice, "n", "open", address))
        self.assertEqual(self.alice.immp("subscriptions", "--json").stdout, "")
        self.assertIn("Subscribed to bob/news@b.example: News", on_a_terminal(self.alice, "y", "open", address))


def subprocess_without_terminal(person, *words):
    done = subprocess.run([immp(), *words], env=environment(person), cwd=person.folder, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=SECONDS, check=False, start_new_session=True)
    if done.returncode:
        raise CommandFailed(words, done)
    return done


def on_a_terminal(person, answer, *words):
    """All that a terminal shows on which the command's question is answered."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(person.folder)
        os.execve(immp(), [immp(), *words], environment(person))
    shown, asked, end = "", False, time.monotonic() + SECONDS
    while time.monotonic() < end and select.select([terminal], [], [], SECONDS)[0]:
        try:
            octets = os.read(terminal, 4096)
        except OSError:  # how Linux tells that the other end is closed
            break
        shown += octets.decode("utf-8", "replace")
        if not asked and "[y/N]" in shown:
            os.write(terminal, answer.encode() + b"\n")
            asked = True
    os.close(terminal)
    os.waitpid(child, 0)
    return shown


class Desktop(People):
    def raise_desktop(self):
        """A bus and a notification server, and what there is instead of a browser."""
        config = os.path.join(self.folder, "bus.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write(f'<busconfig><type>session</type><listen>unix:dir={self.folder}</listen><policy context="default">'
                       '<allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>')
        bus = self.enterContext(Lines(["/usr/bin/dbus-daemon", "--nofork", f"--config-file={config}", "--print-address=1"],
                                      {"PATH": "/usr/bin:/bin"}, self.folder))
        address = bus.wait("the bus", lambda line: line)
        desktop = self.enterContext(Lines(["/usr/bin/python3", NOTIFICATIONS], {"PATH": "/usr/bin:/bin", "DBUS_SESSION_BUS_ADDRESS": address},
                                          self.folder))
        desktop.wait("the desktop", lambda line: "ready" in line)
        opener = os.path.join(self.folder, "bin", "xdg-open")
        os.mkdir(os.path.dirname(opener))
        with open(opener, "w", encoding="ascii") as file:
            file.write(f'#!/bin/sh\nprintf "%s\\n" "$@" >>{self.folder}/opened\n')
        os.chmod(opener, 0o755)
        return desktop, {"DISPLAY": ":99", "DBUS_SESSION_BUS_ADDRESS": address, "PATH": f"{os.path.dirname(opener)}:/usr/bin:/bin"}

    def test_a_button_answers_and_opens(self):
        desktop, there = self.raise_desktop()
        self.alice.immp("approve", self.bob.address)
        self.watch(self.alice, **there)
        sent = self.push(self.bob, self.alice.address, "Is <b>this</b> yours?", "--action", f"Confirm={CONFIRM}", "--important")
        note = desktop.wait("the note", lambda line: json.loads(line) if "Confirm" in line else None)
        self.assertEqual((note["title"], note["actions"], note["urgency"]), (self.bob.address, ["0", "Confirm"], 2))
        self.assertEqual(note["text"], "| Is &lt;b&gt;this&lt;/b&gt; yours?\n[Confirm] " + CONFIRM.replace("&", "&amp;"))
        opened = os.path.join(self.folder, "opened")
        self.assertFalse(os.path.exists(opened), "opened before anybody said so")
        desktop.say(f"{note['note']} 0")
        self.assertEqual(self.wait_for_push(self.bob, "Confirm")["in-reply-to"], sent["id"])
        wait_until("the address is open", lambda: os.path.exists(opened), SECONDS)
        with open(opened, encoding="utf-8") as file:
            self.assertEqual(file.read(), CONFIRM + "\n")

    def test_mail_shows_as_the_account_wishes(self):
        desktop, there = self.raise_desktop()
        self.alice.immp("settings", "NOTIFY=IMPORTANT")
        self.watch(self.alice, **there)
        self.bob.send(self.alice.address, "not shown")
        self.bob.immp("send", self.alice.address, "-s", "shown", "--important", text="Fire\n")
        note = desktop.wait("the note", lambda line: json.loads(line) if '"title"' in line else None)
        self.assertEqual((note["title"], note["text"]), (f"Mail from {self.bob.address}", "shown"))


if __name__ == "__main__":
    unittest.main()

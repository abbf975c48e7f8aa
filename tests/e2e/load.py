"""Everything at once on a federation: what a ThreadSanitizer build must bear without a report (`./run check`).

Not among `./run test`'s files: a release build shows nothing here that tests of one thing at a time do not show better.
"""

import base64
import concurrent.futures
import os
import signal
import subprocess
import threading
import unittest

from harness import Lab
from immp_client import Mailer, Part, greet, greet_tls, text_part
from processes import is_alive
from waiting import wait_until

NAMES = {"alice": "a", "carol": "a", "bob": "b", "dave": "b"}
SESSIONS = 2  # senders of each account
MESSAGES = 12  # of each sender
ARRIVAL_SECONDS = 240
REPLY_SECONDS = 240
COMMAND_SECONDS = 120
END_SECONDS = 60
# One piece of a stanza, several, and more than fits one bundle's first window.
SIZES = (0, 1_000, 70_000, 400_000)


def others(name):
    """A neighbour and both people of the other domain."""
    return [other for other in NAMES if other != name]


class Load(unittest.TestCase):
    def setUp(self):
        self.lab = self.enterContext(Lab("--a", "prosody", "--b", "ejabberd"))
        self.sides = {"a": self.lab.a, "b": self.lab.b}
        self.quiet = threading.Event()

    def log_in(self, name, listener="listener"):
        return Mailer(self.sides[NAMES[name]], name, listener=listener, seconds=REPLY_SECONDS)

    def send(self, name, session):
        """One sender's messages; returns subject -> octets of what was acknowledged."""
        sent = {}
        with self.log_in(name, ("listener", "tls")[session % 2]) as mailer:
            recipients = [f"{other}@{self.sides[NAMES[other]]['domain']}" for other in others(name)]
            for number in range(MESSAGES):
                subject, data = f"{name} {session} {number}", os.urandom(SIZES[number % len(SIZES)])
                answer = mailer.submit(recipients, subject, [text_part(subject), Part("data", data, base64=number % 3 == 0)])
                self.assertEqual(answer.code, 273, answer)
                sent[subject] = data
        return sent

    def look(self, name):
        """Reads whatever is there in every form until it is quiet; returns how often."""
        looks = 0
        with self.log_in(name, "tls") as mailer:
            while not self.quiet.is_set():
                for message in mailer.index()[:3]:
                    mailer.fetch_json(message["_id"], switches=" -READ")
                    mailer.fetch_mime(message["_id"])
                    mailer.fetch_part(message["_id"], "data")
                mailer.check()
                looks += 1
        return looks

    def leave(self, name):
        """Sessions that end at every stage, the body of a part among them; returns how many."""
        side, left = self.sides[NAMES[name]], 0
        while not self.quiet.is_set():
            greet(side["listener"], side["domain"], side["ca"]).close()
            greet_tls(side["tls"], side["domain"], side["ca"]).close()
            with self.log_in(name) as mailer:
                mailer.connection.send(f'DELIVER TO {mailer.address} SUBJECT "Left"\nDATA data LENGTH 1000000\n' + "x" * 300_000)
            left += 3
        return left

    def administer(self, side):
        """Commands that ask the running daemon or share its store; returns how many."""
        peer, run = self.sides["b" if side == "a" else "a"]["domain"], 0
        for command in (["account", "list"], ["keys"], ["keys", "rotate"], ["pins"]) * 2:
            self.administer_once(side, *command)
            run += 1
        while not self.quiet.is_set():
            # Its server may just be away: that the daemon answers is enough.
            self.administer_once(side, "ping", peer, statuses=(0, 69))
            run += 1
        return run

    def administer_once(self, side, *command, statuses=(0,)):
        done = subprocess.run([os.path.join(os.environ["IMMP_BIN"], "immpd"), *command, "--config", self.sides[side]["config"]],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False)
        self.assertIn(done.returncode, statuses, f"immpd {' '.join(command)}: {done.stdout}{done.stderr}")

    def check_arrived(self, name, expected):
        """Every message of the others, once, with its octets."""
        with self.log_in(name) as mailer:
            wait_until(f"{len(expected)} messages for {name}", lambda: len(mailer.index()) >= len(expected), ARRIVAL_SECONDS,
                       interval=0.2)
            found = mailer.index()
            self.assertEqual(sorted(message["subject"] for message in found), sorted(expected))
            for message in found:
                parts = {part["id"]: part["data"] for part in mailer.fetch_json(message["_id"])["parts"]}
                self.assertEqual(base64.b64decode(parts["data"]), expected[message["subject"]], message["subject"])

    def test_everything_at_once(self):
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            senders = {name: [pool.submit(self.send, name, session) for session in range(SESSIONS)] for name in NAMES}
            busy = [pool.submit(self.look, name) for name in NAMES]
            busy += [pool.submit(self.leave, name) for name in ("alice", "bob")]
            busy += [pool.submit(self.administer, side) for side in self.sides]
            try:
                for side in self.sides:  # while bundles are under way
                    self.lab.kill(side, "xmpp")
                    self.lab.start(side, "xmpp")
                sent = {name: {subject: data for future in futures for subject, data in future.result().items()}
                        for name, futures in senders.items()}
                for name in NAMES:
                    self.check_arrived(name, {subject: data for other in others(name) for subject, data in sent[other].items()})
            finally:
                self.quiet.set()
        for future in busy:
            self.assertGreater(future.result(), 0)
        for side in self.sides:  # a daemon that does not end by itself has no time to report
            daemon = self.lab.process(side, "immpd")
            os.kill(daemon["pid"], signal.SIGTERM)
            wait_until(f"{side}'s daemon ends", lambda daemon=daemon: not is_alive(daemon), END_SECONDS)


if __name__ == "__main__":
    unittest.main()

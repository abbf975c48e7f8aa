"""What a client knows of its own mail: what was written, what was acknowledged, what had to be written again.

A message is repeated under its own ID until it is acknowledged (273, or 409 where an earlier reply was lost), so the ledger says
exactly what must be in the recipient's mailbox, once.
"""

import collections
import dataclasses
import hashlib
import random
import ssl
import threading
import uuid

from immp_client import Closed, Mailer, Part, expect
from waiting import wait_until

WINDOW = 24  # deliveries written and not answered
CONNECT_SECONDS = 240
# Octets: most mail is small; some takes several pieces, so that a bundle can be half there.
SIZES = ((70, 100, 4_000), (22, 4_000, 60_000), (8, 100_000, 300_000))
QUEUED, REPEATED = 273, 409
LOST = (Closed, ConnectionError, TimeoutError, ssl.SSLError)


@dataclasses.dataclass
class Letter:
    """One message; its octets are made when they are needed, from its own seed."""
    identity: str
    seed: int
    size: int
    written: int = 0
    code: int = 0  # of its acknowledgement

    def octets(self):
        return random.Random(self.seed).randbytes(self.size)

    def digest(self):
        return hashlib.sha256(self.octets()).hexdigest()


def make_letter(chance):
    low, high = chance.choices([size[1:] for size in SIZES], [size[0] for size in SIZES])[0]
    return Letter(str(uuid.UUID(int=chance.getrandbits(128), version=4)), chance.getrandbits(64), chance.randint(low, high))


class Courier(threading.Thread):
    """Sends letters from one account to another, pipelined, and again until they are acknowledged."""

    def __init__(self, side, name, recipient, chance):
        super().__init__(name=f"courier of {name}", daemon=True)
        self.letters = []
        self.sender, self.recipient = f"{name}@{side['domain']}", recipient
        self.failure = None
        self._side = side
        self._chance = chance
        self._waiting = collections.deque()
        self._has_all = False
        self._change = threading.Condition()

    def write(self, count):
        """So many new letters are to go."""
        fresh = [make_letter(self._chance) for _ in range(count)]
        with self._change:
            self.letters += fresh
            self._waiting += fresh
            self._change.notify()

    def finish(self):
        """No letter follows: it ends when all are acknowledged."""
        with self._change:
            self._has_all = True
            self._change.notify()

    @property
    def is_quiet(self):
        return all(letter.code for letter in self.letters)

    @property
    def acknowledged(self):
        return sum(letter.code != 0 for letter in self.letters)

    @property
    def resends(self):
        return sum(letter.written - 1 for letter in self.letters if letter.written > 1)

    @property
    def repeats(self):
        """Letters that the server had already, though its reply was lost: it took them once."""
        return sum(letter.code == REPEATED for letter in self.letters)

    def state(self):
        due = [letter.identity for letter in self.letters if not letter.code]
        return (f"{self.sender}: {self.acknowledged} of {len(self.letters)} acknowledged, not {due[:5]}, "
                f"{'alive' if self.is_alive() else 'ended'}\n")

    def run(self):
        try:
            while not self._deliver():
                pass
        except BaseException as failure:  # pylint: disable=broad-except
            self.failure = failure

    def _log_in(self):
        def logged_in():
            try:
                return Mailer(self._side, self.sender.partition("@")[0])
            except LOST:
                return None
        return wait_until(f"{self.sender} logs in", logged_in, CONNECT_SECONDS, interval=0.05)

    def _deliver(self):
        """True when all is done, False when the connection was lost: then what has no answer is to go again."""
        unanswered = collections.deque()
        with self._log_in() as mailer:
            try:
                while True:
                    letter = self._next(unanswered)
                    if letter:
                        unanswered.append(letter)
                        self._write(mailer, letter)
                    elif unanswered:
                        self._hear(mailer, unanswered[0])
                        unanswered.popleft()
                    else:
                        return True
            except LOST:
                with self._change:
                    self._waiting.extendleft(letter for letter in reversed(unanswered) if not letter.code)
                return False

    def _next(self, unanswered):
        """A letter to write now; None if an answer is due first, or there is nothing left to do."""
        with self._change:
            self._change.wait_for(lambda: self._waiting or unanswered or self._has_all)
            return self._waiting.popleft() if self._waiting and len(unanswered) < WINDOW else None

    def _write(self, mailer, letter):
        letter.written += 1
        part = Part("body", letter.octets(), content=True)
        mailer.connection.send(f"DELIVER TO {self.recipient} SUBJECT \"{letter.seed}\" ID {letter.identity}\n".encode()
                               + part.wire() + b"DONE\n")

    @staticmethod
    def _hear(mailer, letter):
        for code in (270, 271, 272):
            expect(mailer.connection.answer(), code)
        done = mailer.connection.answer()
        if done.code not in (QUEUED, REPEATED) or (done.code == REPEATED and letter.written == 1):
            raise AssertionError(f"{letter.identity}, written {letter.written} times: {done}")
        letter.code = done.code

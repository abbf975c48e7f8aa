"""Mail in both directions while daemons are killed and XMPP servers restarted; then every acknowledged message must be there once.

    torture.py [--messages N] [--minutes M] [--seed S]

`./run torture` calls this; tests/e2e/test_kills.py is its short form.
"""

import argparse
import collections
import hashlib
import random
import signal
import sys
import time

from harness import Lab
from immp_client import Mailer, expect
from ledger import Courier
from waiting import wait_until

PAIRS = (("prosody", "ejabberd"), ("prosody", "prosody"))
ROLES = tuple((side, role) for side in "ab" for role in ("immpd", "xmpp"))
LETTERS_PER_KILL = 50
BOTH_AT_ONCE = 0.25  # of the kills take a second process along
EVENT_SECONDS = 240
DRAIN_SECONDS = 300
LOG_SHOWN = 6_000  # characters, where a run failed
FETCHES = 50  # written before the first is read
# What immpd says when it suppresses a duplicate (bridge/node/receiver.cpp).
SUPPRESSED = {"bundles": "came again: it gets the same receipt", "deliveries": "that were filed before"}


class Torture:
    """One run in a lab of its own; `faults` is empty when all went well."""

    def __init__(self, lab, seed, messages):
        self._lab = lab
        self._messages = messages
        self._chance = random.Random(f"{seed} kills")
        self._couriers = [Courier(lab.a, "alice", "bob@b.example", random.Random(f"{seed} alice")),
                          Courier(lab.b, "bob", "alice@a.example", random.Random(f"{seed} bob"))]
        self.kills = collections.Counter()
        self.hits = 0  # kills that fell while a bundle was under way
        self.faults = []

    def run(self):
        for courier in self._couriers:
            courier.start()
        for victims in self._plan(max(len(ROLES), self._messages // LETTERS_PER_KILL - 1)):
            self._write(LETTERS_PER_KILL // 2)
            self._wait_for_moment(victims)
            self._strike(victims)
        for courier in self._couriers:
            courier.write(max(0, self._messages // 2 - len(courier.letters)))
            courier.finish()
        for courier in self._couriers:
            wait_until(f"all mail of {courier.sender} is acknowledged", lambda courier=courier: not courier.is_alive(), DRAIN_SECONDS)
        self._see_failures()
        wait_until("both outboxes are empty", self._is_drained, DRAIN_SECONDS, interval=0.2)
        for courier, side in zip(self._couriers, (self._lab.b, self._lab.a)):
            self._check_mailbox(courier, side)
        self._check_counts()

    def _see_failures(self):
        for courier in self._couriers:
            if courier.failure:
                raise courier.failure

    def _plan(self, rounds):
        """Whom to kill: all roles in turn, in an order by chance, sometimes two at once."""
        turn = []
        for _ in range(rounds):
            turn = turn or self._chance.sample(ROLES, len(ROLES))
            victims = [turn.pop()]
            if self._chance.random() < BOTH_AT_ONCE:
                victims.append(self._chance.choice([role for role in ROLES if role != victims[0]]))
            yield victims

    def _acknowledged(self):
        return sum(courier.acknowledged for courier in self._couriers)

    def _write(self, count):
        for courier in self._couriers:
            courier.write(count)

    def _wait_for_moment(self, victims):
        """Some of what was written is acknowledged, and the moment is one that could lose or double something."""
        target = self._acknowledged() + self._chance.randint(1, LETTERS_PER_KILL // 4)
        what, happens = self._chance.choice(self._moments(victims))

        def is_now():
            self._see_failures()
            if self._acknowledged() >= target and happens():
                return True
            if all(courier.is_quiet for courier in self._couriers) and self._is_drained():
                self._write(LETTERS_PER_KILL // 5)  # the moment has passed: make another
            return False

        wait_until(what, is_now, EVENT_SECONDS, interval=0.005)

    def _moments(self, victims):
        """What to wait for before these are killed. A bundle is under way in all of them."""
        moments = []
        for side, other in ("ab", "ba"):
            moments += [(f"a bundle of {side} has no receipt", lambda side=side: self._rows(side, "outgoing")),
                        (f"a bundle of {side} is half there", lambda other=other: self._rows(other, "incoming"))]
            if (side, "immpd") in victims:
                moments += 2 * [(f"a message is stored at {side} and its reply not read", lambda side=side: self._is_reply_due(side))]
        return moments

    def _is_reply_due(self, side):
        courier = self._couriers["ab".index(side)]
        return self._is_any_under_way() and (self._rows(side, "submissions") or 0) > courier.acknowledged

    def _is_any_under_way(self):
        return any(self._rows(side, "outgoing") for side in "ab")

    def _strike(self, victims):
        for victim in victims:
            self._lab.kill(*victim)
            self.kills[".".join(victim)] += 1
            self.hits += self._is_any_under_way()
        for victim in sorted(victims, key=lambda victim: victim[1] == "immpd"):  # whose start waits for its server
            self._lab.start(*victim)

    def _is_drained(self):
        """No row waits and no bundle is under way: then nothing can come any more."""
        return all(self._rows(side, table) == 0 for side in "ab" for table in ("outbox", "outgoing"))

    def _rows(self, side, table):
        counted = self._lab.rows(side, f"SELECT count(*) FROM {table}")
        return counted[0][0] if counted else None

    def _check_mailbox(self, courier, side):
        with Mailer(side, courier.recipient.partition("@")[0]) as reader:
            there = collections.Counter(message["_id"] for message in reader.index())
            wanted = {letter.identity: letter for letter in courier.letters}
            self._blame(courier, "missing", wanted.keys() - there.keys())
            self._blame(courier, "not sent by anybody", there.keys() - wanted.keys())
            self._blame(courier, "there more than once", [identity for identity, count in there.items() if count > 1])
            self._blame(courier, "changed", self._changed(reader, [wanted[identity] for identity in wanted.keys() & there.keys()]))

    @staticmethod
    def _changed(reader, sent):
        for at in range(0, len(sent), FETCHES):
            batch = sent[at:at + FETCHES]
            reader.connection.send("".join(f'FETCH /INBOX#{letter.identity} PART "body"\n' for letter in batch))
            for letter in batch:
                body = expect(reader.connection.answer(), 252).last.body
                if hashlib.sha256(body).hexdigest() != letter.digest():
                    yield letter.identity

    def _blame(self, courier, what, identities):
        self.faults += [f"{courier.sender} to {courier.recipient}: {identity} {what}" for identity in identities]

    @property
    def resends(self):
        return sum(courier.resends for courier in self._couriers)

    @property
    def suppressed(self):
        """Duplicates that were stopped: submissions by their 409, bundles and deliveries by what the daemons log."""
        counts = {"submissions": sum(courier.repeats for courier in self._couriers)}
        log = self._lab.log("a") + self._lab.log("b")
        return counts | {what: log.count(words) for what, words in SUPPRESSED.items()}

    def tell(self):
        return (f"kills {self.kills.total()} {dict(sorted(self.kills.items()))}, {self.hits} of them with a bundle under way, "
                f"resends {self.resends}, duplicates suppressed {sum(self.suppressed.values())} {self.suppressed}, "
                f"messages {sum(len(courier.letters) for courier in self._couriers)}, faults {len(self.faults)}")

    def state(self):
        """Where everything is, for who looks for the cause of a failure."""
        rows = {f"{side}.{table}": self._rows(side, table) for side in "ab" for table in ("outbox", "outgoing", "incoming")}
        return f"rows {rows}\n" + "".join(courier.state() for courier in self._couriers)

    def _check_counts(self):
        """A run in which nothing of this happened has shown nothing."""
        self.faults += [f"nobody killed {'.'.join(role)}" for role in ROLES if not self.kills[".".join(role)]]
        for what, count in (("no kill hit a bundle", self.hits), ("the client never had to repeat", self.resends),
                            ("no duplicate was suppressed", sum(self.suppressed.values()))):
            if not count:
                self.faults.append(what)


def torture(pair, seed, messages):
    """Runs it on a pair of servers and prints what happened; returns the faults."""
    began = time.monotonic()
    print(f"torture: {'-'.join(pair)}, {messages} messages, seed {seed}", flush=True)
    with Lab("--a", pair[0], "--b", pair[1]) as lab:
        run = Torture(lab, seed, messages)
        try:
            run.run()
        finally:
            print(f"torture: {'-'.join(pair)}, seed {seed}: {run.tell()}, {time.monotonic() - began:.0f} s", flush=True)
            if run.faults or sys.exc_info()[0]:
                print(run.state() + "".join(f"--- the end of {side}'s log\n{lab.log(side)[-LOG_SHOWN:]}" for side in "ab"), flush=True)
    return run.faults


def parse(arguments):
    parser = argparse.ArgumentParser(prog="./run torture")
    parser.add_argument("--messages", type=int, default=500, metavar="N", help="of one run, both directions together, at least (500)")
    parser.add_argument("--minutes", type=float, default=0, metavar="M", help="begin new runs for so long (one for each pair)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32), metavar="S")
    return parser.parse_args(arguments)


def main(arguments):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = parse(arguments)
    end = time.monotonic() + 60 * options.minutes
    number, faults = 0, []
    while not faults and (number < len(PAIRS) or time.monotonic() < end):
        faults = torture(PAIRS[number % len(PAIRS)], options.seed + number, options.messages)
        number += 1
    print("\n".join(faults + [f"torture: {number} runs, {'FAILED' if faults else 'nothing missing, nothing twice'}"]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

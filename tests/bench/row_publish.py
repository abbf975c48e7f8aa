"""Row `publish`: an item to 1,000 and to 100,000 local subscribers, until the last has it committed, beside what the pubsub services
of Prosody and ejabberd need to send one to 1,000."""

import contextlib
import os
import sqlite3
import time

import crowd
from clients import Mailer, Part, expect
from harness import Lab
from lone_daemon import LoneDaemon
from measuring import Measure, Report, add_ratios, alternate, medians
from processes import Failure
from programs import cpu_seconds
from pubsub import Pubsub

FEW, MANY = 1_000, 100_000
BODY_BYTES = 1024
ROUNDS = 3
FIGURE = "subscribers a second"
PROSODY, EJABBERD = f"pubsub of Prosody, {FEW:,}", f"pubsub of ejabberd, {FEW:,}"


class Node:
    """A node of alice's with its subscribers: she is the first of them, and carol, who watches, the last."""

    def __init__(self, lone, name, subscribers):
        self.name, self.subscribers, self._lone = f"alice/{name}@{lone.side['domain']}", subscribers, lone

    def create(self, alice):
        expect(alice.connection.ask(f"PUBLISH CREATE {self.name}"), 261)
        self.subscribe(alice)

    def subscribe(self, mailer):
        mailer.connection.send(f"SUBSCRIBE TO {self.name}\n")
        expect(mailer.connection.answer(), 380)
        expect(mailer.connection.answer(), 280)

    def publish(self, alice, carol):
        """Subscribers are served in the order in which they subscribed, so carol is told when the last of them has it."""
        alice.connection.send(f"PUBLISH TO {self.name}\n".encode() + Part("news", b"x" * BODY_BYTES, "text/plain").wire())
        for code in (270, 271, 272):
            expect(alice.connection.answer(), code)
        cpu, syncs, began = cpu_seconds(self._lone.pid), self._lone.syncs(), time.perf_counter()
        alice.connection.send("DONE\n")
        line = carol.connection.reply_line()
        seconds = time.perf_counter() - began
        if line.code != 310:
            raise Failure(f"not told of an item: {line}")
        figures = {FIGURE: self.subscribers / seconds, "ms": seconds * 1e3,
                   "CPU us a subscriber": (cpu_seconds(self._lone.pid) - cpu) * 1e6 / self.subscribers,
                   "syncs an item": self._lone.syncs() - syncs}
        self._check(expect(alice.connection.answer(), 260).last.text.split(" ")[0])
        return figures

    def _check(self, item):
        with contextlib.closing(sqlite3.connect(f"file:{store_of(self._lone)}?mode=ro", uri=True, timeout=60)) as store:
            (filed,), = store.execute("SELECT count(DISTINCT account) FROM refs WHERE uuid = ?", (item,))
        if filed != self.subscribers:
            raise Failure(f"{filed} of {self.subscribers} have the item")


def store_of(lone):
    return os.path.join(lone.folder, "store", "immp.db")


def gather(lone, few, many, alice, carol):
    """The few are among the many."""
    many.create(alice)
    crowd.multiply(store_of(lone), alice.address, MANY - FEW)
    few.create(alice)
    crowd.multiply(store_of(lone), alice.address, FEW - 2)
    for node in (many, few):
        node.subscribe(carol)


def bare(service):
    seconds = service.publish(BODY_BYTES)
    return {FIGURE: FEW / seconds, "ms": seconds * 1e3}


def run():
    with Lab("--no-immpd", "--pubsub") as lab, Pubsub(lab.a, FEW) as prosody, Pubsub(lab.b, FEW) as ejabberd, LoneDaemon() as lone, \
            Mailer(lone.side, "alice", "tls") as alice, Mailer(lone.side, "carol", "tls") as carol:
        few, many = Node(lone, "few", FEW), Node(lone, "many", MANY)
        gather(lone, few, many, alice, carol)
        carol.connection.send("AS w MBOX WATCH /PUSH\n")
        if carol.connection.reply_line().code != 310:
            raise Failure("the watch did not begin")
        series = alternate([Measure(PROSODY, lambda: bare(prosody)), Measure(EJABBERD, lambda: bare(ejabberd)),
                            Measure(f"immpd, {FEW:,}", lambda: few.publish(alice, carol)),
                            Measure(f"immpd, {MANY:,}", lambda: many.publish(alice, carol))], ROUNDS)
    add_ratios(series, FIGURE, PROSODY, "of Prosody's")
    add_ratios(series, FIGURE, EJABBERD, "of ejabberd's")
    return Report(medians(series), series,
                  [f"an item of {BODY_BYTES:,} octets; immpd's is on the disk for each subscriber, the servers' was written to one socket"])

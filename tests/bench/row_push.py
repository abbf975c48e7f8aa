"""Row `push`: from DONE of a push to the 310 line of another session that watches /PUSH, beside one fdatasync."""

import itertools
import time

from clients import Mailer, expect, text_part
from lone_daemon import LoneDaemon
from measuring import Measure, Report, add_ratios, alternate, latencies, medians
from row_watch import CEILING, synced

PUSHES = 100
BODY_BYTES = 1024
ROUNDS = 5
REPLIED, WATCHED = "DONE of a push to its 266", "DONE of a push to the 310 of a watch"
NUMBERS = itertools.count()


def begin(alice, recipient):
    """All but DONE; no push repeats another."""
    alice.connection.send(f"PUSH TO {recipient} FROM {alice.address}\n".encode() + text_part(f"{next(NUMBERS):>{BODY_BYTES}}").wire())
    for code in (270, 271, 272):
        expect(alice.connection.answer(), code)


def replied(alice):
    seconds = []
    for _ in range(PUSHES):
        begin(alice, alice.address)
        began = time.perf_counter()
        expect(alice.connection.ask("DONE"), 266)
        seconds.append(time.perf_counter() - began)
    return latencies(seconds)


def watched(alice, carol):
    seconds = []
    for _ in range(PUSHES):
        begin(alice, carol.address)
        began = time.perf_counter()
        alice.connection.send("DONE\n")
        line = carol.connection.reply_line()
        seconds.append(time.perf_counter() - began)
        if line.code != 310:
            raise AssertionError(f"not told of a push: {line}")
        expect(alice.connection.answer(), 266)
    return latencies(seconds)


def run():
    with LoneDaemon() as lone, Mailer(lone.side, "alice", "tls") as alice, Mailer(lone.side, "carol", "tls") as carol:
        expect(carol.connection.ask(f"PUSH APPROVE {alice.address}"), 200)
        carol.connection.send("AS w MBOX WATCH /PUSH\n")
        if carol.connection.reply_line().code != 310:
            raise AssertionError("the watch did not begin")
        series = alternate([Measure(CEILING, lambda: synced(lone.folder)), Measure(REPLIED, lambda: replied(alice)),
                            Measure(WATCHED, lambda: watched(alice, carol))], ROUNDS)
    add_ratios(series, "p99 ms", CEILING, "p99 of the fdatasync's")
    return Report(medians(series), series,
                  [f"{BODY_BYTES} octets, TLS 1.3, {PUSHES} pushes a round, each awaited; the client is Python"])

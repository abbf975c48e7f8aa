"""Row `watch`: from DONE of one session to the 310 line of another that watches the folder, beside one fdatasync."""

import os
import time

from clients import Mailer, expect, text_part
from lone_daemon import LoneDaemon
from measuring import Measure, Report, add_ratios, alternate, latencies, medians

BODY_BYTES = 4096
MESSAGES = 100
ROUNDS = 5
CEILING, DONE, WATCH = "fdatasync of 4 KiB", "DONE to its reply", "DONE to the 310 of a watch"


def synced(folder):
    """One after the other, in a file that is there already."""
    seconds = []
    descriptor = os.open(os.path.join(folder, "ceiling"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.pwrite(descriptor, bytes(BODY_BYTES * MESSAGES), 0)
        os.fsync(descriptor)
        for number in range(MESSAGES):
            os.pwrite(descriptor, os.urandom(BODY_BYTES), number * BODY_BYTES)
            began = time.perf_counter()
            os.fdatasync(descriptor)
            seconds.append(time.perf_counter() - began)
    finally:
        os.close(descriptor)
    return latencies(seconds)


def watched(alice, carol):
    seconds = []
    for _ in range(MESSAGES):
        alice.connection.send(f"DELIVER TO {carol.address}\n".encode() + text_part("x" * BODY_BYTES).wire())
        for code in (270, 271, 272):
            expect(alice.connection.answer(), code)
        began = time.perf_counter()
        alice.connection.send("DONE\n")
        line = carol.connection.reply_line()
        seconds.append(time.perf_counter() - began)
        if line.code != 310:
            raise AssertionError(f"not told of a change: {line}")
        expect(alice.connection.answer(), 275)
    return latencies(seconds)


def replied(alice):
    seconds = []
    for _ in range(MESSAGES):
        alice.connection.send(f"DELIVER TO {alice.address}\n".encode() + text_part("x" * BODY_BYTES).wire())
        for code in (270, 271, 272):
            expect(alice.connection.answer(), code)
        began = time.perf_counter()
        alice.connection.send("DONE\n")
        expect(alice.connection.answer(), 275)
        seconds.append(time.perf_counter() - began)
    return latencies(seconds)


def run():
    with LoneDaemon() as lone, Mailer(lone.side, "alice", "tls") as alice, Mailer(lone.side, "carol", "tls") as carol:
        carol.connection.send("AS w MBOX WATCH /INBOX\n")
        if carol.connection.reply_line().code != 310:
            raise AssertionError("the watch did not begin")
        series = alternate([Measure(CEILING, lambda: synced(lone.folder)), Measure(DONE, lambda: replied(alice)),
                            Measure(WATCH, lambda: watched(alice, carol))], ROUNDS)
    add_ratios(series, "p99 ms", CEILING, "p99 of the fdatasync's")
    return Report(medians(series), series,
                  [f"{BODY_BYTES} octets, TLS 1.3, {MESSAGES} messages a round, each awaited; the client is Python"])

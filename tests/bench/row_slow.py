"""Row `slow`: what others wait for an answer while 10,000 clients say one octet a second, beside the same while they are silent."""

import time

from clients import Mailer, expect
from lone_daemon import LoneDaemon
from measuring import Measure, Report, add_ratios, alternate, latencies, medians
from programs import anonymous_kib, load

SESSIONS = 10_000
LINES = 1  # an octet a second: five seconds
ASKED_SECONDS = 4
ROUNDS = 4
SILENT, SLOW = "CHECK, 10,000 silent sessions", "CHECK, 10,000 that say an octet a second"


def asked(mailer):
    seconds, until = [], time.monotonic() + ASKED_SECONDS
    while time.monotonic() < until:
        began = time.perf_counter()
        expect(mailer.connection.ask("MBOX CHECK /INBOX"), 240)
        seconds.append(time.perf_counter() - began)
    return latencies(seconds)


def run():
    with LoneDaemon() as lone, load(lone.side, "alice") as others, Mailer(lone.side, "carol", "tls") as carol:
        others.ask(f"open {SESSIONS}")
        before = anonymous_kib(lone.pid)

        def while_they_trickle():
            others.say(f"trickle {SESSIONS} {LINES}")
            figures = asked(carol)
            others.answer()
            return figures

        series = alternate([Measure(SILENT, lambda: asked(carol)), Measure(SLOW, while_they_trickle)], ROUNDS)
        grown = (anonymous_kib(lone.pid) - before) / SESSIONS
    add_ratios(series, "median ms", SILENT, "of silent")
    add_ratios(series, "p99 ms", SILENT, "p99 of silent")
    return Report(medians(series), series, [f"over TLS 1.3; memory grew by {grown:.1f} KiB a session while they spoke",
                                            "they and the measuring client share the two processors with immpd"])

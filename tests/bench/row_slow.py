"""Row `slow`: what others wait for an answer while 10,000 clients say one octet a second, beside the same while they are silent. It has a
verdict, so that `./run check` fails where they are a burden: others' median wait at most doubles, and memory stays bounded.
"""

import time

from clients import Mailer, expect
from lone_daemon import LoneDaemon
from measuring import Measure, Report, add_ratios, alternate, judge, latencies, medians
from programs import anonymous_kib, load, with_share_of_others

SESSIONS = 10_000
LINES = 1  # NOOP and its line end, an octet a second: five seconds
MOST_SECONDS = 10 * LINES  # twice what they take to say it
ASKED_SECONDS = 4
PAUSE_SECONDS = 0.005  # between two questions: who asks at once again competes with immpd for a processor
ROUNDS, MOST_ROUNDS = 5, 15
# Of all processors, for other programs: with more, who speaks 10,000 times a second waits for a processor and not for immpd. Seen with
# twenty compilers beside it: rounds of 0.9 to 38 times as long.
MOST_FOR_OTHERS = 0.5
SILENT, SLOW = "CHECK, 10,000 silent sessions", "CHECK, 10,000 that say an octet a second"
MOST_OF_SILENT = 2
MOST_KIB = 64  # a session, all of it; as in docs/threats.md


def asked(mailer):
    seconds, until = [], time.monotonic() + ASKED_SECONDS
    while time.monotonic() < until:
        began = time.perf_counter()
        expect(mailer.connection.ask("MBOX CHECK /INBOX"), 240)
        seconds.append(time.perf_counter() - began)
        time.sleep(PAUSE_SECONDS)
    return latencies(seconds)


def is_calm(found):
    return all(figures["share of others"] <= MOST_FOR_OTHERS for figures in found.values())


def run():
    with LoneDaemon() as lone, load(lone.side, "alice") as others, Mailer(lone.side, "carol", "tls") as carol:
        without = anonymous_kib(lone.pid)
        others.ask(f"open {SESSIONS}")

        def measured():
            figures = with_share_of_others((lone.pid, others.pid), lambda: asked(carol))
            return figures | {"KiB a session": (anonymous_kib(lone.pid) - without) / SESSIONS}

        def while_they_trickle():
            others.say(f"trickle {SESSIONS} {LINES}")
            figures = measured()
            return figures | {"seconds of 5 octets": others.answer()["seconds"]}

        series = alternate([Measure(SILENT, measured), Measure(SLOW, while_they_trickle)], ROUNDS, is_calm, MOST_ROUNDS)
    add_ratios(series, "median ms", SILENT, "of silent")
    add_ratios(series, "p99 ms", SILENT, "p99 of silent")
    # The median of calm rounds, measured in turn: one in which the machine did something else decides nothing.
    judge("others' median wait, of that beside silent clients,", series[SLOW]["of silent"], MOST_OF_SILENT)
    judge("seconds of five octets", series[SLOW]["seconds of 5 octets"], MOST_SECONDS)
    judge("KiB a slow client", series[SLOW]["KiB a session"], MOST_KIB)
    return Report(medians(series), series, [f"passes with at most {MOST_OF_SILENT} of silent and {MOST_KIB} KiB a session",
                                            "over TLS 1.3; they and the measuring client share the two processors with immpd"])

"""Row `accept`: messages that immpd has accepted durably, beside what the disk can sync at most."""

import os

from measuring import Measure, Report, add_ratios, alternate, medians
from lone_daemon import LoneDaemon
from processes import Failure
from programs import cpu_seconds, load, run_once, tool

BODY_BYTES = 4096
SESSIONS = 100
ROUNDS = 5
SECONDS = 1.0
CEILING = "fdatasync of 4 KiB, one after the other"
# name, manner, sessions, window
LOADS = [("1 session, each reply awaited", "each-reply", 1, 1), ("1 session, each message awaited", "at-once", 1, 1),
         ("1 session, pipelined (64)", "at-once", 1, 64),
         ("100 sessions, each reply awaited", "each-reply", SESSIONS, 1),
         ("100 sessions, each message awaited", "at-once", SESSIONS, 1),
         ("100 sessions, pipelined (16)", "at-once", SESSIONS, 16)]


def ceiling(lone):
    found = run_once(tool("bench_disk"), os.path.join(lone.folder, "ceiling"), str(SECONDS))
    return {"a second": found["syncs"] / found["seconds"]}


def accepted(lone, client, manner, sessions, window):
    cpu, syncs = cpu_seconds(lone.pid), lone.syncs()
    found = client.ask(f"deliver {manner} {sessions} {window} {BODY_BYTES} {SECONDS} carol@{lone.side['domain']}")
    if lone.syncs() == syncs:
        raise Failure("messages were accepted without a sync, or syncs are not counted")
    return {"a second": found["messages"] / found["seconds"], "syncs a message": (lone.syncs() - syncs) / found["all"],
            "CPU us a message": (cpu_seconds(lone.pid) - cpu) * 1e6 / found["all"]}


def run():
    with LoneDaemon() as lone, load(lone.side, "alice") as client:
        client.ask(f"open {SESSIONS}")
        measures = [Measure(CEILING, lambda: ceiling(lone))]
        measures += [Measure(name, lambda how=how: accepted(lone, client, *how)) for name, *how in LOADS]
        series = alternate(measures, ROUNDS)
    add_ratios(series, "a second", CEILING, "of the ceiling")
    return Report(medians(series), series, [f"{BODY_BYTES} octets, TLS 1.3, to a local mailbox, a copy in SENT"])

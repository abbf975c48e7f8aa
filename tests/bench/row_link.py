"""Rows `link-A-B-SETTINGS`: mail from a.example to b.example, beside a bare IQ exchange on the same two servers."""

import dataclasses

from harness import Lab
from measuring import Measure, Report, add_ratios, alternate, medians
from programs import Program, cpu_seconds, load, tool

KINDS = {"P": "prosody", "E": "ejabberd"}
SETTINGS = {"off": [], "tuned": ["--tuned"], "stock": ["--limits", "stock"]}
KIB, MIB = 1024, 1024 * 1024
ARRIVAL_SECONDS = 120


@dataclasses.dataclass
class Size:
    """Mails of this size, and the bare exchange that they are held against: octets of an IQ before base64, and its window."""
    name: str
    octets: int
    mails_at_once: int
    rounds: int
    first: int  # mails of the first burst, by which the next ones are sized
    iq_octets: int
    iq_window: int
    seconds: float = 1.2


FREE = [Size("1 KiB", KIB, 64, 5, 500, KIB, 64), Size("64 KiB", 64 * KIB, 16, 5, 20, 64 * KIB, 16),
        Size("16 MiB", 16 * MIB, 1, 2, 1, 192 * KIB, 8)]
# At 30 kB/s 16 MiB take 12 minutes: they are left out.
LIMITED = [Size("1 KiB", KIB, 64, 3, 30, KIB, 8, 2.4), Size("64 KiB", 64 * KIB, 16, 2, 1, 16 * KIB, 4, 2.4)]


class MailFlow:
    """Bursts of mail: from the first octet that alice submits until the last one lies in bob's INBOX."""

    def __init__(self, lab, size, sender, receiver):
        self._lab, self._size, self._sender, self._receiver = lab, size, sender, receiver
        self._count = size.first

    def _cpu(self):
        return sum(cpu_seconds(self._lab.pid(side, "immpd")) for side in ("a", "b"))

    def burst(self, count):
        before, cpu = self._receiver.ask("total")["total"], self._cpu()
        submitted = self._sender.ask(f"burst {count} {self._size.mails_at_once} {self._size.octets} bob@b.example")
        waited = self._receiver.ask(f"arrive {before + count} {ARRIVAL_SECONDS}")
        rate = count / (submitted["seconds"] + waited["seconds"])
        return {"a second": rate, "MB/s": rate * self._size.octets / 1e6, "immpd CPU us each": (self._cpu() - cpu) * 1e6 / count}

    def act(self):
        figures = self.burst(self._count)
        self._count = max(1, round(figures["a second"] * self._size.seconds))
        return figures


def bare_exchange(bare, size):
    found = bare.ask(f"exchange {size.iq_octets} {size.iq_window} {size.seconds}")
    rate = found["iqs"] / found["seconds"]
    return {"a second": rate, "MB/s": rate * size.iq_octets / 1e6}


def bare_components(lab):
    halves = [lab.a["bare"], lab.b["bare"]]
    places = [text for half in halves for text in (half["address"].rsplit(":", 1)[1], half["jid"])]
    return Program(tool("bench_iq"), *places, first=[half["secret"] for half in halves])


def measure_size(lab, size, sender, receiver, bare):
    flow = MailFlow(lab, size, sender, receiver)
    if size.mails_at_once > 1:  # one mail at a time is a burst already
        flow.act()  # the link's pace is found, the next burst sized
    names = f"IQs of {size.iq_octets // KIB} KiB, window {size.iq_window}", f"mails of {size.name}"
    series = alternate([Measure(names[0], lambda: bare_exchange(bare, size)), Measure(names[1], flow.act)], size.rounds)
    for figure in ("a second", "MB/s") if size.octets == size.iq_octets else ("MB/s",):
        add_ratios(series, figure, names[0], f"{figure} of bare")
    return series


def run(a, b, settings):
    found, sizes = {}, LIMITED if settings == "stock" else FREE
    with Lab("--a", KINDS[a], "--b", KINDS[b], *SETTINGS[settings]) as lab, load(lab.a, "alice") as sender, \
            load(lab.b, "bob") as receiver, bare_components(lab) as bare:
        sender.ask("open 1")
        receiver.ask("open 1")
        for size in sizes:
            found |= measure_size(lab, size, sender, receiver, bare)
    return Report(medians(found), found, ["incompressible bodies; MB/s of body, or of payload before base64"])


def rows():
    return {f"link-{a}-{b}-{settings}": lambda a=a, b=b, settings=settings: run(a, b, settings)
            for a, b in (("P", "E"), ("E", "P"), ("P", "P")) for settings in SETTINGS}

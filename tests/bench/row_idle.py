"""Row `idle`: what an idle TLS session holds in memory, up to 10,000 of them, beside OpenSSL's own for the same."""

from measuring import Measure, Report, add_ratios, alternate, medians
from lone_daemon import LoneDaemon
from processes import Failure
from programs import Program, anonymous_kib, load, tool

SESSIONS = 10_000
STEPS = 4
WARM_UP = 100
BARE, OURS = "OpenSSL alone", "immpd, logged in"


class Growth:
    """Sessions opened step by step, and what the server's memory grew by for each."""

    def __init__(self, client, verb, pid):
        self._client, self._verb, self._pid = client, verb, pid
        self._open(WARM_UP)

    def _open(self, sessions):
        if self._client.ask(f"{self._verb} {sessions}")["sessions"] != sessions:
            raise Failure(f"not {sessions} sessions")
        self._sessions, self._kib = sessions, anonymous_kib(self._pid)

    def step(self):
        sessions, kib = self._sessions, self._kib
        self._open((sessions // (SESSIONS // STEPS) + 1) * (SESSIONS // STEPS))
        return {"KiB a session": (self._kib - kib) / (self._sessions - sessions), "sessions": self._sessions}


def run():
    with LoneDaemon() as lone, Program(tool("bench_tls"), lone.certificate, lone.key) as bare:
        port = bare.answer()["port"]
        with load(lone.side, "alice") as ours, load(lone.side | {"tls": f"127.0.0.1:{port}"}, "alice") as plain:
            growths = {BARE: Growth(plain, "secure", bare.pid), OURS: Growth(ours, "open", lone.pid)}
            series = alternate([Measure(name, growth.step) for name, growth in growths.items()], STEPS)
    add_ratios(series, "KiB a session", BARE, "of OpenSSL")
    lines = medians(series)
    for line in lines:
        line["sessions"] = max(series[line["measure"]]["sessions"])
    return Report(lines, series, ["anonymous memory of the process; the kernel's socket buffers are not in it"])
